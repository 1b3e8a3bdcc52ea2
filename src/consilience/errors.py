"""The errors that Consilience raises on purpose, for every room above the statistics engine."""

from __future__ import annotations

from consilience.meta.errors import ConsilienceError, InputError

__all__ = ["ConsilienceError", "InputError"]
