"""What every method of this room hands back: numbers, one sentence, cautions, text and plain values."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A frozen result; ``cautions`` say what the method can and cannot do with these data."""

    cautions: tuple[str, ...] = ()

    def explain(self) -> str:
        """The result in one plain sentence."""
        raise NotImplementedError

    def summary(self) -> str:
        """The result as a few lines of text: the sentence, the numbers, the cautions."""
        numbers = [
            f"  {name}: {value:.5g}" if isinstance(value, float) else f"  {name}: {value}"
            for name, value in self.to_dict().items()
            if name != "cautions" and isinstance(value, (int, float, str))
        ]
        return "\n".join([self.explain(), *numbers, *(f"Note: {c}" for c in self.cautions)])

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; what is missing or infinite becomes None."""
        return {f.name: plain(getattr(self, f.name)) for f in fields(self)}


def plain(value: Any) -> Any:
    """Arrays, frames and nested results as plain values."""
    if isinstance(value, Finding):
        return value.to_dict()
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, pd.DataFrame):
        return [{k: plain(v) for k, v in row.items()} for row in value.to_dict(orient="records")]
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(v) for v in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not np.isfinite(value) else value


def p_text(p: float) -> str:
    """A p-value for a sentence."""
    if not np.isfinite(p):
        return "p not available"
    return "p < .001" if p < 0.001 else f"p = {p:.3f}".replace("0.", ".")
