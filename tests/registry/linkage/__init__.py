"""Our run beside a trained model."""
