"""Feeds: rate tables kept true from the providers' own price lists."""
