"""No tables; Django sends post_migrate only to applications that have this module, and the grants wait for it."""
