"""Amazon ECS documents, as the AWS command line takes and prints them, as a stack."""

from __future__ import annotations

from wharfage.inputs.ecs.read import read_ecs

__all__ = ["read_ecs"]
