"""Finds rows that are the same person or employer: equal keys in tiers, weights for slips, then clusters out of pairs."""

from niangjia.core.linkage.clusters import cluster_labels
from niangjia.core.linkage.tiers import TIERS, Tier, duplicates, matches

__all__ = ["TIERS", "Tier", "cluster_labels", "duplicates", "matches"]
