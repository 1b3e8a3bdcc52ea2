"""For all rooms: property tests draw the same examples on every machine, and no clock decides them."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("house", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("house")
