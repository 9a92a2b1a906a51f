"""Code tables and administrative divisions, each with its standard and its dates."""

from niangjia.core.codes.tables import Code, by_code, code_name, flagged, names, table, table_names

__all__ = ["Code", "by_code", "code_name", "flagged", "names", "table", "table_names"]
