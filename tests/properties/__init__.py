"""Properties that hold for every fleet."""
