"""Consilience carries a systematic review of randomised trials from its question to its report."""

from __future__ import annotations

__version__ = "0.1.0"
