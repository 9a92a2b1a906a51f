"""Joining by phone: from the QR code to the card, without a script being needed."""
