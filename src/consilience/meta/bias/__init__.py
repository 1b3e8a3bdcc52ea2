"""How far to trust a pooled effect: small-study effects, selective publication, and what would undo it."""
