"""What people have, turned into workloads: files, frames, Arrow streams, lists of dicts."""
