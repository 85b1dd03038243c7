"""What tests of documents share: the one row, note or message that a text gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from wharfage.errors import DocumentError
from wharfage.inputs.manifests import read_stack
from wharfage.inputs.stack import Row

Pod = dict[str, Any]


@pytest.fixture
def deployment() -> Callable[..., Pod]:
    """Give a function from a pod's spec, or one container's resources, to a Deployment."""

    def build(pod: Pod | None = None, *, name: str = "web", **spec: Any) -> Pod:
        pod = {"containers": [{"name": "app"}]} if pod is None else pod
        template = {"metadata": {"labels": {"app": name}}, "spec": pod}
        return {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": name},
            "spec": {"template": template, **spec},
        }

    return build


@pytest.fixture
def row_of(deployment: Callable[..., Pod]) -> Callable[..., Row]:
    """Give a function from a pod's spec to the row of its Deployment."""

    def read(pod: Pod, **spec: Any) -> Row:
        [row] = read_stack(yaml.safe_dump(deployment(pod, **spec))).workloads
        return row

    return read


@pytest.fixture
def message_of() -> Callable[..., str]:
    """Give a function from objects or text to the message of the error that they raise."""

    def read(*objects: Any) -> str:
        text = "---\n".join(o if isinstance(o, str) else yaml.safe_dump(o) for o in objects)
        with pytest.raises(DocumentError) as caught:
            read_stack(text)
        return str(caught.value)

    return read
