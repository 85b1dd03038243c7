"""Nodes: what a machine can hold, and the cheapest set of machines for a set of pods."""
