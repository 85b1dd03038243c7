"""Rate tables as data: read, check, compile, look up by key and date, lock."""
