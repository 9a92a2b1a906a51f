"""PostgreSQL inside Niangjia: found, made, started, given its roles, stopped. Knows no Django, so settings may use it."""

from niangjia.config.embedded_postgres.cluster import Cluster, Urls
from niangjia.config.embedded_postgres.errors import ClusterError
from niangjia.config.embedded_postgres.roles import roles_text
from niangjia.config.embedded_postgres.serving import cluster_of, serving, throwaway

__all__ = ["Cluster", "ClusterError", "Urls", "cluster_of", "roles_text", "serving", "throwaway"]
