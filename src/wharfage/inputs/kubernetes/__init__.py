"""Kubernetes manifests: what runs, how large, how often, and what rides along."""

from __future__ import annotations

from wharfage.inputs.kubernetes.read import read_kubernetes

__all__ = ["read_kubernetes"]
