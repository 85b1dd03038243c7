"""Pages of the documentation, followed as a reader would."""
