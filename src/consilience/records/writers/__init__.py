"""One module a format: how records are written so that reading them gives the same records."""
