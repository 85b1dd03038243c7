"""The services that are there: every module of this package's provider folders, and plug-ins."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import wharfage.services as package
from wharfage.errors import UnknownServiceError, did_you_mean
from wharfage.services.model import Service

#: entry point group under which another distribution may offer services
ENTRY_POINTS = "wharfage.services"


@cache
def _bundled() -> dict[str, Service]:
    from importlib.metadata import entry_points  # noqa: PLC0415  slow to import

    found: dict[str, Service] = {}
    for provider in pkgutil.iter_modules(package.__path__):
        if not provider.ispkg:
            continue
        folder = importlib.import_module(f"{package.__name__}.{provider.name}")
        for entry in pkgutil.iter_modules(folder.__path__):
            module = importlib.import_module(f"{folder.__name__}.{entry.name}")
            service = getattr(module, "SERVICE", None)
            if isinstance(service, Service):
                found[service.id] = service
    for entry_point in entry_points(group=ENTRY_POINTS):
        service = entry_point.load()
        found.setdefault(service.id, service)
    return dict(sorted(found.items()))


def service_ids() -> tuple[str, ...]:
    """Ids of all services, in order."""
    return tuple(_bundled())


def find_service(service_id: str) -> Service:
    """Service of that id.

    Raises
    ------
    UnknownServiceError
        If there is none; the nearest names are offered.
    """
    try:
        return _bundled()[service_id]
    except KeyError:
        raise UnknownServiceError(
            f"There is no service {service_id!r}.",
            hint=did_you_mean(service_id, _bundled()) or f"known: {', '.join(_bundled())}.",
        ) from None
