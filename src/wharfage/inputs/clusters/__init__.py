"""Clusters and their machines: eksctl files, and what the EKS and GKE command lines print."""

from __future__ import annotations

from wharfage.inputs.clusters.eks import is_eks_output, read_eks
from wharfage.inputs.clusters.eksctl import read_eksctl
from wharfage.inputs.clusters.gke import is_gke_output, read_gke

__all__ = ["is_eks_output", "is_gke_output", "read_eks", "read_eksctl", "read_gke"]
