"""CPU time of rma and what follows it, beside metafor where Rscript and metafor are installed.

Run: OMP_NUM_THREADS=1 python benchmarks/bench_rma.py
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
import tracemalloc
from collections.abc import Callable

import numpy as np
import pandas as pd

from consilience.meta.univariate import rma

K = 56
R_SCRIPT = """
suppressMessages(library(metafor))
d <- jsonlite::fromJSON(file("stdin"))
cpu <- function(n, f) { f(); min(replicate(5, system.time(for (i in 1:n) f())[["user.self"]])) / n }
fit <- rma(yi, vi, mods = ~ x, data = d); plain <- rma(yi, vi, data = d)
out <- list()
for (m in c("EE", "DL", "HE", "SJ", "ML", "REML", "PM")) {
  out[[m]] <- cpu(50, function() rma(yi, vi, data = d, method = m))
  out[[paste(m, "~ x")]] <- cpu(20, function() rma(yi, vi, mods = ~ x, data = d, method = m))
}
out[["leave one out"]] <- cpu(1, function() leave1out(plain))
out[["influence ~ x"]] <- cpu(1, function() influence(fit))
out[["Q-profile interval"]] <- cpu(20, function() confint(plain))
out[["permutation, 999"]] <- system.time(permutest(fit, iter = 999, progbar = FALSE))[["user.self"]]
cat(jsonlite::toJSON(out, auto_unbox = TRUE, digits = 10))
"""


def cpu(run: Callable[[], object], repeats: int) -> float:
    """Seconds of one run: the least of five means, since other programs disturb a mean."""
    run()
    means = []
    for _ in range(5):
        started = time.process_time()
        for _ in range(repeats):
            run()
        means.append((time.process_time() - started) / repeats)
    return min(means)


def data(k: int) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    vi, x = rng.uniform(0.02, 0.3, k), rng.normal(size=k)
    return pd.DataFrame({"yi": 0.3 + 0.2 * x + rng.normal(0, np.sqrt(vi + 0.1)), "vi": vi, "x": x})


def ours(frame: pd.DataFrame) -> dict[str, float]:
    out = {}
    for method in ("EE", "DL", "HE", "SJ", "ML", "REML", "PM"):
        out[method] = cpu(lambda m=method: rma(frame, method=m), 200)
        out[f"{method} ~ x"] = cpu(lambda m=method: rma("yi ~ x", frame, method=m), 100)
    fit, plain = rma("yi ~ x", frame), rma(frame)
    out["leave one out"] = cpu(plain.leave_one_out, 20)
    out["influence ~ x"] = cpu(fit.influence, 20)
    out["Q-profile interval"] = cpu(plain.confint, 50)
    out["permutation, 999"] = cpu(lambda: fit.permutation_test(exact=False, iterations=999), 5)
    return out


def theirs(frame: pd.DataFrame) -> dict[str, float]:
    if shutil.which("Rscript") is None:
        return {}
    text = json.dumps(frame.to_dict("list"))
    run = subprocess.run(["Rscript", "-e", R_SCRIPT], input=text, capture_output=True, text=True, check=False)
    return json.loads(run.stdout) if run.returncode == 0 else {}


def main() -> None:
    frame = data(K)
    mine, peer = ours(frame), theirs(frame)
    print(f"CPU milliseconds, {K} studies\n{'job':22}{'rma':>10}{'metafor':>10}{'ratio':>8}")
    for job, seconds in mine.items():
        other = peer.get(job)
        beside = f"{other * 1e3:10.2f}{other / seconds:7.0f}x" if other else "         -       -"
        print(f"{job:22}{seconds * 1e3:10.3f}{beside}")
    print("\nREML with one moderator: growth with studies")
    for k in (1_000, 10_000, 100_000):
        big = data(k)
        seconds = cpu(lambda big=big: rma("yi ~ x", big), 2)
        tracemalloc.start()
        rma("yi ~ x", big)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        print(f"{k:>8} studies {seconds * 1e3:9.1f} ms  {peak / 1e6:7.1f} MB  {peak / k:6.0f} B per study")


if __name__ == "__main__":
    main()
