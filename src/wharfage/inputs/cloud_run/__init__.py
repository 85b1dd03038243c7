"""Cloud Run services, jobs and worker pools, as YAML and as the API's JSON, as a stack."""

from __future__ import annotations

from wharfage.inputs.cloud_run.read import is_api_resource, read_cloud_run

__all__ = ["is_api_resource", "read_cloud_run"]
