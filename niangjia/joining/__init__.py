"""One worker joins: request, screening, review, and the card."""
