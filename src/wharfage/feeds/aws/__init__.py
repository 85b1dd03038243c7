"""The AWS feed: price list, Savings Plans, Fargate Spot and EC2 Spot, as observations."""

from wharfage.feeds.aws.connection import Connection
from wharfage.feeds.aws.reading import read

__all__ = ["Connection", "read"]
