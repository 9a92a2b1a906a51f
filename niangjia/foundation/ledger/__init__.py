"""What must outlive a refused request: the cache, refusals, counters and idempotency keys."""
