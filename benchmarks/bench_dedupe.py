"""De-duplication's cost and accuracy on made-up records: `bench_dedupe.py 16239 1000000`."""

from __future__ import annotations

import random
import resource
import sys
import time

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def made_up(n: int, duplicates: float = 0.22, seed: int = 1) -> tuple[dict[str, list[str]], list[int]]:
    """A table of ``n`` made-up records, and the work of each; duplicates are written in other ways."""
    draw = random.Random(seed)
    words = ["".join(draw.choices(LETTERS, k=draw.randint(4, 11))) for _ in range(8000)]
    weights = [1 / (rank + 10) for rank in range(len(words))]
    names = ["".join(draw.choices(LETTERS, k=draw.randint(3, 9))).title() for _ in range(6000)]
    journals = [" ".join(draw.choices(words[:900], k=draw.randint(1, 5))).title() for _ in range(3000)]
    pool, at = draw.choices(words, weights, k=200_000), 0
    rows: list[tuple[str, ...]] = []
    works: list[int] = []
    while len(rows) < n:
        if rows and draw.random() < duplicates:
            source = len(rows) - draw.randint(1, min(len(rows), 5000))
            rows.append(_rewritten(rows[source], draw))
            works.append(works[source])
            continue
        at = draw.randrange(len(pool) - 40)
        title = " ".join(pool[at : at + draw.randint(5, 16)]).capitalize()
        people = "; ".join(
            f"{draw.choice(names)}, {draw.choice('ABCDEFGHJKLM')}." for _ in range(draw.randint(1, 7))
        )
        year, page = draw.randint(1990, 2025), draw.randint(1, 1500)
        told = (
            str(year), draw.choice(journals), str(year - 1970), str(draw.randint(1, 12)),
            f"{page}-{page + draw.randint(2, 15)}", f"10.{draw.randint(1000, 9999)}/{draw.randrange(10**9)}",
        )  # fmt: skip
        rows.append((title, people, *told))
        works.append(len(rows))
    names_of = ("title", "authors", "year", "journal", "volume", "issue", "pages", "doi")
    table = {name: list(column) for name, column in zip(names_of, zip(*rows, strict=True), strict=True)}
    return table, works


def _rewritten(row: tuple[str, ...], draw: random.Random) -> tuple[str, ...]:
    """The same work as another database writes it."""
    title, people, year, journal, volume, issue, pages, doi = row
    if draw.random() < 0.3:
        at = draw.randrange(len(title))
        title = title[:at] + draw.choice(LETTERS) + title[at + 1 :]
    if draw.random() < 0.5:
        journal = " ".join(word[:4] for word in journal.split())
    pages = pages.split("-")[0] if draw.random() < 0.2 else pages
    doi = "" if draw.random() < 0.5 else doi
    volume = "" if draw.random() < 0.1 else volume
    year = str(int(year) + 1) if draw.random() < 0.05 else year
    return title.upper() if draw.random() < 0.2 else title, people, year, journal, volume, issue, pages, doi


def main() -> None:
    """Time each size in turn and say what was found."""
    start = time.process_time()
    from consilience.dedupe import dedupe

    print(f"import: {time.process_time() - start:.2f} s CPU")
    for size in map(int, sys.argv[1:] or ["4621", "16239"]):
        table, works = made_up(size)
        start, clock = time.process_time(), time.perf_counter()
        found = dedupe(table)
        used, passed = time.process_time() - start, time.perf_counter() - clock
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        told = set(zip(works, found.works, strict=True))
        missed, lost = len(told) - len(set(works)), len(told) - found.n_works
        print(
            f"{size} records: {used:.2f} s CPU, {passed:.2f} s, {memory:.2f} GB at most, "
            f"{len(found.pairs)} pairs compared; {size - len(set(works))} duplicates, "
            f"{missed} missed, {lost} works lost"
        )


if __name__ == "__main__":
    main()
