"""What the report's tests share: sample results, their pages, and a real browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import report_sample
from playwright.sync_api import Browser, Error, sync_playwright

from consilience.report import write_report
from consilience.synthesis.result import SynthesisResult

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="session")
def sample() -> SynthesisResult:
    return report_sample.build()


@pytest.fixture(scope="session")
def folder(sample: SynthesisResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the sample's report."""
    out = tmp_path_factory.mktemp("report")
    write_report(sample, out)
    return out


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium; a machine without one fails here, as a page nobody looked at is not tested."""
    found = os.environ.get("CHROMIUM") or next((p for n in NAMES if (p := shutil.which(n))), None)
    with sync_playwright() as playwright:
        try:
            started = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        except Error as error:
            pytest.fail(
                f"No Chromium to look at the report with: install 'chromium', or set CHROMIUM. {error}"
            )
        yield started
        started.close()
