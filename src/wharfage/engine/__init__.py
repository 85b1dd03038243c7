"""From an encoded fleet to costs: tiles of workloads, on all cores, through plain array formulas."""
