"""Pictures of results, one module per kind; drawn with altair, which is imported when one is asked for."""
