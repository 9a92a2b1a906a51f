"""The same person by a trained model (Splink), beside the rules of ``core.linkage``: compared, and its extra pairs queued."""
