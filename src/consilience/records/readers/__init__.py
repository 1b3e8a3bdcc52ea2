"""One module a format: how its records are counted, split and parsed."""
