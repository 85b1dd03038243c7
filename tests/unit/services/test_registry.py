"""Finding services."""

from __future__ import annotations

import pytest

from wharfage.errors import UnknownServiceError
from wharfage.services import find_service, service_ids


def test_ids_are_in_order() -> None:
    """Services are listed by id."""
    assert list(service_ids()) == sorted(service_ids())


@pytest.mark.parametrize(
    "service",
    [
        "aws.eks",
        "aws.fargate",
        "aws.fargate_eks",
        "gcp.cloud_run",
        "gcp.cloud_run_jobs",
        "gcp.cloud_run_worker_pools",
        "gcp.gke",
        "gcp.gke_autopilot",
    ],
)
def test_service_is_found(service: str) -> None:
    """A service of the contract is found under its id."""
    assert find_service(service).id == service


def test_unknown_service_offers_a_name() -> None:
    """An unknown service names the nearest one."""
    with pytest.raises(UnknownServiceError, match=r"did you mean 'aws\.fargate'"):
        find_service("aws.fargat")


def test_unknown_service_lists_all() -> None:
    """Where nothing is near, all services are listed."""
    with pytest.raises(UnknownServiceError, match=r"known: aws\."):
        find_service("zzz")
