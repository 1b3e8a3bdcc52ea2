"""Consilience carries a systematic review of randomised trials from its question to its report.

The names below are loaded when first used, so that ``import consilience`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from consilience import meta
    from consilience.dedupe.duplicates import find_duplicates
    from consilience.errors import ConsilienceError, InputError
    from consilience.extraction.draft import draft_protocol
    from consilience.extraction.example import load_example
    from consilience.extraction.read import read_trials
    from consilience.extraction.table import TrialTable
    from consilience.protocol.load import bundled_protocols, load_protocol
    from consilience.protocol.model import Protocol
    from consilience.records.importing import import_files
    from consilience.records.read import read_records
    from consilience.report import render_html, write_report
    from consilience.synthesis.result import Estimate, SynthesisResult
    from consilience.synthesis.run import synthesize
    from consilience.synthesis.simulate import simulate_trials

__version__ = "0.1.0"

_HOMES = {
    "meta": "consilience.meta",
    "ConsilienceError": "consilience.errors",
    "InputError": "consilience.errors",
    "draft_protocol": "consilience.extraction.draft",
    "find_duplicates": "consilience.dedupe.duplicates",
    "load_example": "consilience.extraction.example",
    "read_trials": "consilience.extraction.read",
    "TrialTable": "consilience.extraction.table",
    "bundled_protocols": "consilience.protocol.load",
    "load_protocol": "consilience.protocol.load",
    "Protocol": "consilience.protocol.model",
    "import_files": "consilience.records.importing",
    "read_records": "consilience.records.read",
    "render_html": "consilience.report",
    "write_report": "consilience.report",
    "Estimate": "consilience.synthesis.result",
    "SynthesisResult": "consilience.synthesis.result",
    "synthesize": "consilience.synthesis.run",
    "simulate_trials": "consilience.synthesis.simulate",
}

__all__ = [
    "ConsilienceError",
    "Estimate",
    "InputError",
    "Protocol",
    "SynthesisResult",
    "TrialTable",
    "__version__",
    "bundled_protocols",
    "draft_protocol",
    "find_duplicates",
    "import_files",
    "load_example",
    "load_protocol",
    "meta",
    "read_records",
    "read_trials",
    "render_html",
    "simulate_trials",
    "synthesize",
    "write_report",
]


def __getattr__(name: str) -> Any:
    """Load a public name from the room where it lives."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"consilience has no public name {name!r}; its names are in __all__")
    module = import_module(home)
    found = module if name == "meta" else getattr(module, name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted(__all__)
