"""The errors that Consilience raises on purpose: each says what is wrong, where, and what to do."""

from __future__ import annotations


class ConsilienceError(Exception):
    """Base of all errors that tell a user about their input. Faces print it and exit with 2."""


class InputError(ConsilienceError, ValueError):
    """An argument, file or cell that cannot be used; the message names it, its value, the remedy."""
