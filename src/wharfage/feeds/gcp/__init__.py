"""Google Cloud's feed: the Cloud Billing Catalog, read as prices of our rate tables."""

from wharfage.feeds.gcp.reading import read

__all__ = ["read"]
