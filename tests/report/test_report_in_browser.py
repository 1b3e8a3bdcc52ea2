"""The report in a real browser: accessible, within the screen, and asking nobody for anything."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page


def open_page(browser: Browser, folder: Path, width: int, scheme: Literal["light", "dark"] = "light") -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto((folder / "report.html").as_uri())
    return page


def widest_beyond(page: Page) -> list[str]:
    """Return what reaches beyond the screen without standing in a place that scrolls."""
    return page.evaluate(
        """() => [...document.querySelectorAll('body *')].filter(e => !e.closest('.table, .drawing, .skip')
            && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.tagName + '.' + e.className)"""
    )


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "light"), (1280, "dark")])
def test_axe_finds_nothing(
    browser: Browser, folder: Path, width: int, scheme: Literal["light", "dark"]
) -> None:
    page = open_page(browser, folder, width, scheme)
    page.evaluate("document.querySelectorAll('details:not([name])').forEach(d => d.open = true)")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.close()


@pytest.mark.parametrize("width", [1280, 768, 390, 320])
def test_the_page_stays_within_the_screen(browser: Browser, folder: Path, width: int) -> None:
    page = open_page(browser, folder, width)
    page.evaluate("document.querySelectorAll('details:not([name])').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert widest_beyond(page) == []
    page.close()


def test_nothing_is_requested_but_the_page_itself(browser: Browser, folder: Path) -> None:
    page = browser.new_page()
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto((folder / "report.html").as_uri())
    assert asked == [(folder / "report.html").as_uri()]
    assert wrong == []
    page.close()


def test_contents_are_open_on_a_desk_and_closed_on_a_phone(browser: Browser, folder: Path) -> None:
    states = []
    for width in (1280, 390):
        page = open_page(browser, folder, width)
        states.append(page.evaluate("document.getElementById('toc').open"))
        page.close()
    assert states == [True, False]


def test_figures_follow_the_colour_scheme(browser: Browser, folder: Path) -> None:
    shades = []
    for scheme in ("light", "dark"):
        page = open_page(browser, folder, 1280, scheme)  # type: ignore[arg-type]
        ink = "getComputedStyle(document.querySelector('#figure-forest svg text')).fill"
        shades.append(page.evaluate(ink))
        page.close()
    assert shades[0] != shades[1]


def test_keyboard_reaches_the_skip_link_first(browser: Browser, folder: Path) -> None:
    page = open_page(browser, folder, 1280)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.close()


def test_text_in_figures_does_not_overlap_in_the_pages_own_font(browser: Browser, folder: Path) -> None:
    """The page sets figures in the system's font, whose widths differ from those they were laid out in."""
    page = open_page(browser, folder, 1280)
    found = page.evaluate(
        """() => [...document.querySelectorAll('figure svg')].flatMap(svg => {
            const boxes = [...svg.querySelectorAll('text')].filter(t => t.textContent.trim())
                .map(t => [t.textContent, t.getBoundingClientRect()]);
            const hits = [];
            boxes.forEach(([a, p], i) => boxes.slice(i + 1).forEach(([b, q]) => {
                const side = p.left < q.right - 2 && q.left < p.right - 2;
                if (side && p.top < q.bottom - 4 && q.top < p.bottom - 4)
                    hits.push(a + ' | ' + b);
            }));
            return hits;
        })"""
    )
    assert found == []
    page.close()


def test_a_printed_page_holds_its_tables(browser: Browser, folder: Path) -> None:
    page = browser.new_page(viewport={"width": 680, "height": 960}, color_scheme="dark")
    page.emulate_media(media="print")
    page.goto((folder / "report.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 680
    assert page.evaluate("getComputedStyle(document.querySelector('.contents')).display") == "none"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.close()
