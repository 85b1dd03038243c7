"""A local AWS for every test, and a reading of it with fake keys."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

import wharfage as wf
from wharfage.feeds.aws import Connection, read
from wharfage.feeds.observation import Reading

from .local_aws import SPOT, LocalAws

ACCESS_KEY = "AKIAFAKEFAKEFAKEFAKE"
SECRET = "fakesecretfakesecretfakesecretfakesecret"  # noqa: S105  a fake on purpose
NOW = dt.datetime(2026, 10, 8, 12, tzinfo=dt.UTC)

Read = Callable[..., Reading]


@pytest.fixture(autouse=True)
def fake_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Give boto3 fake keys, and nothing of the machine's own."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))


@pytest.fixture
def aws(httpserver: HTTPServer) -> LocalAws:
    """Give a local AWS that offers nothing yet."""
    return LocalAws(httpserver)


@pytest.fixture
def read_aws(aws: LocalAws, book: wf.RateBook) -> Read:
    """Give `read` against the local AWS."""

    def read_local(*services: str, **options: Any) -> Reading:
        limits = {"attempts": 2, "timeout_seconds": 5.0, "backoff_seconds": 0.01}
        addresses = {
            "price_list_url": aws.url,
            "fargate_spot_url": aws.url + SPOT,
            "pricing_endpoint": aws.url,
            "ec2_endpoint": aws.url,
        }
        own = {name: options.pop(name) for name in limits.keys() & options.keys()}
        own |= {"profile": options.pop("profile", None)}
        connection = Connection(**(limits | addresses | own))
        options = {"regions": ["us-east-1"], "now": NOW} | options
        return read(book, services=list(services), connection=connection, **options)

    return read_local
