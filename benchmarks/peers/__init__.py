"""The other programs that are measured in the same run, where they are installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

HERE = Path(__file__).parent
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def run_r(script: str, data: pd.DataFrame, *arguments: str) -> dict[str, float]:
    """CPU seconds by job from an R script of this folder; nothing where R or its packages are missing."""
    if shutil.which("Rscript") is None:
        return {}
    return _run(["Rscript", str(HERE / script)], data, arguments)


def run_pymare(data: pd.DataFrame) -> dict[str, float]:
    """CPU seconds of PyMARE's REML fit with CR2; nothing where PyMARE cannot be imported."""
    return _run([sys.executable, str(HERE / "pymare_reml.py")], data, ())


def _run(command: list[str], data: pd.DataFrame, arguments: tuple[str, ...]) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.csv"
        data.to_csv(path, index=False)
        done = subprocess.run(
            [*command, str(path), *arguments], capture_output=True, text=True, env=ENVIRONMENT, check=False
        )
    if done.returncode != 0:
        print(f"{command[-1]} did not run: {done.stderr.strip().splitlines()[-1:]}")
        return {}
    measured: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return measured
