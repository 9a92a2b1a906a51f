"""Finds rows that are the same person: equal keys in tiers, then clusters out of pairs."""

from niangjia.core.linkage.clusters import cluster_labels
from niangjia.core.linkage.tiers import TIERS, Tier, duplicates, matches

__all__ = ["TIERS", "Tier", "cluster_labels", "duplicates", "matches"]
