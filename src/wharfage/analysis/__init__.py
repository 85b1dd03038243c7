"""Questions over many scenarios: the same work, elsewhere."""
