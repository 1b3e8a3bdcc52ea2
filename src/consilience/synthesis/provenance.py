"""What is needed to run a synthesis again: data, protocol, versions, seed, settings."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from consilience.extraction import TrialTable
from consilience.protocol import Protocol, protocol_sha256
from consilience.synthesis.fitting import estimator_of
from consilience.synthesis.result import Provenance

PACKAGES = ("consilience", "numpy", "scipy", "pandas", "pydantic")


def provenance(table: TrialTable, protocol: Protocol, seed: int) -> Provenance:
    """The record that goes with a result; it holds no date, so that the same run gives the same bytes."""
    return Provenance(
        files=table.files,
        data_sha256=table.sha256,
        protocol_sha256=protocol_sha256(protocol),
        versions={"python": platform.python_version(), **{name: installed(name) for name in PACKAGES}},
        seed=seed,
        n_rows=table.n_rows_read,
        settings=settings_of(protocol),
    )


def settings_of(protocol: Protocol) -> dict[str, Any]:
    """The analysis plan as plain values, with the estimator that was really used."""
    plan = protocol.analysis.model_dump(mode="json")
    plan["pooling"]["estimator"] = estimator_of(protocol.analysis.pooling)
    return dict(plan)


def installed(name: str) -> str:
    """A package's version."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
