"""CPU seconds and peak memory of a job."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent


def cpu_seconds(job: Callable[[], object], budget: float = 1.0, most: int = 200) -> float:
    """The least CPU time of several runs after a first one that is not counted."""
    job()
    best, spent, runs = float("inf"), 0.0, 0
    while runs < 3 or (spent < budget and runs < most):
        started = time.process_time()
        job()
        took = time.process_time() - started
        best, spent, runs = min(best, took), spent + took, runs + 1
    return best


def peak_megabytes(code: str) -> float:
    """Peak resident memory of a fresh Python process that runs ``code`` in this folder, in MB."""
    # not getrusage: a child starts with its parent's peak there
    tail = "\nprint(*(x.split()[1] for x in open('/proc/self/status') if x.startswith('VmHWM')))"
    out = subprocess.run(
        [sys.executable, "-c", code + tail], cwd=HERE, capture_output=True, text=True, check=True
    )
    return float(out.stdout.split()[-1]) / 1024


def children_cpu() -> float:
    """CPU seconds of finished child processes so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
