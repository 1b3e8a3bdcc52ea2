"""Make docs/images/report.png from a demo report: its first screen beside its forest plot and matrix.

Usage: python scripts/readme_picture.py demo-report/report.html docs/images/report.png
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
WIDTH, HEIGHT, GAP = 1120, 1180, 24


def main(report: Path, picture: Path) -> None:
    """Photograph two places of the report and put them side by side."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(report.resolve().as_uri())
        screens = [photograph(page, place) for place in (None, "figure")]
        browser.close()
    sheet = Image.new("RGB", (2 * WIDTH + GAP, HEIGHT), "#d0d4da")
    for i, screen in enumerate(screens):
        sheet.paste(screen, (i * (WIDTH + GAP), 0))
    small = sheet.resize((sheet.width * 3 // 4, sheet.height * 3 // 4), Image.Resampling.LANCZOS)
    picture.parent.mkdir(parents=True, exist_ok=True)
    small.quantize(128).save(picture, optimize=True)


def photograph(page: Page, selector: str | None) -> Image.Image:
    """One screen, from the top or from the first element that the selector finds."""
    if selector:
        page.locator(selector).first.evaluate("e => window.scrollTo(0, e.offsetTop - 90)")
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
