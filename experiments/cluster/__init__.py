"""A Dask cluster as an executor: one that is there, or workers of its own to start and end.

Dask is an extra, and imported only when a cluster is asked for.
"""

from experiments.cluster.address import Address, parse_address
from experiments.cluster.opening import open_cluster

__all__ = ["Address", "open_cluster", "parse_address"]
