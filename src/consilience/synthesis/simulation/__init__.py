"""Synthetic trial tables: how many studies, what they measured, and the numbers they print."""
