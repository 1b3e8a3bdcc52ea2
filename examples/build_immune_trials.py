"""Build the bundled example from the table of figures read in publications.

    python examples/build_immune_trials.py SOURCE.csv [OUT.csv]

SOURCE has one row per figure read in a publication; OUT is a trial table in Consilience's columns
(default: examples/immune_trials.csv and the copy inside the package). Nothing is computed here: a
cell is copied, renamed, or left blank. Where the source holds words instead of one number (three time
points, "exam period"), the words go to ``time`` or ``notes`` and the number stays blank.
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUTPUTS = (
    HERE / "immune_trials.csv",
    HERE.parent / "src" / "consilience" / "extraction" / "bundled" / "immune_trials.csv",
)

RENAMED = {
    "year": "year", "doi": "doi", "pmid": "pmid",
    "intervention_name": "condition_arm1", "comparator": "condition_arm2",
    "intervention_type8": "intervention_type", "comparator_kind": "comparator_kind",
    "immune_marker": "marker", "outcome_category7": "outcome_category",
    "basal_or_stimulated": "basal_or_stimulated", "disease": "disease", "mean_age": "mean_age",
    "pct_female": "percent_female", "format": "format", "n_weeks": "duration_weeks",
    "randomised": "randomised",
    "n_t": "n_arm1", "n_c": "n_arm2",
    "m_post_t": "mean_arm1", "sd_post_t": "sd_arm1", "m_post_c": "mean_arm2", "sd_post_c": "sd_arm2",
    "m_pre_t": "baseline_m_arm1", "sd_pre_t": "baseline_sd_arm1",
    "m_pre_c": "baseline_m_arm2", "sd_pre_c": "baseline_sd_arm2",
    "mean_change_t": "mean_change_arm1", "sd_change_t": "sd_change_arm1", "ci_change_t": "ci_change_arm1",
    "mean_change_c": "mean_change_arm2", "sd_change_c": "sd_change_arm2", "ci_change_c": "ci_change_arm2",
    "source": "source_location",
}  # fmt: skip

COLUMNS = (
    "effect_id", "study", "year", "doi", "pmid", "condition_arm1", "condition_arm2",
    "intervention_type", "comparator_kind", "marker", "outcome_category", "direction",
    "direction_reason", "basal_or_stimulated", "time", "time_weeks", "weeks_after_treatment",
    "disease", "mean_age", "percent_female", "format", "n_sessions", "duration_weeks", "randomised",
    "rand_arm1", "rand_arm2", "n_arm1", "mean_arm1", "sd_arm1", "n_arm2", "mean_arm2", "sd_arm2",
    "baseline_m_arm1", "baseline_sd_arm1", "baseline_m_arm2", "baseline_sd_arm2", "n_change_arm1",
    "mean_change_arm1", "sd_change_arm1", "ci_change_arm1", "n_change_arm2", "mean_change_arm2",
    "sd_change_arm2", "ci_change_arm2", "change_sign", "event_arm1", "totaln_arm1", "event_arm2",
    "totaln_arm2", "log_scale", "reported_stat", "reported_stat_of", "favours", "not_usable_reason",
    "notes", "source_location",
)  # fmt: skip

NOT_USABLE = {
    "none": "no figure that an effect can be computed from is reported",
    "none (no statistic)": "no statistic is reported",
    "none (result beyond excerpt)": "the result is not in the part that could be read",
    "none (immune result beyond excerpt)": "the immune result is not in the part that could be read",
    "none (two active arms)": "both arms got a psychosocial treatment",
    "significance only": "only significance is stated, without a statistic",
    "significance + n": "only significance is stated, without a statistic",
    "significance + n (no exact p)": "only significance is stated, without a statistic",
    "phi coefficient, subgroup": "a phi coefficient within a subgroup, without its direction",
    "within-group p only": "only a comparison within one arm is reported",
    "p bound (contrast not specified)": "a bound on p is given without saying what was compared",
    "post-only table (row labels lost): not usable": "the labels of the table's rows are lost",
    "post-only d range (no pretest: fails the PPC criterion)": "a range of d, without a pretest",
    "subgroup change without SD": "a change in a subgroup, without a standard deviation",
}
"""What the source says about rows without a usable figure, in words for the report."""

STATISTICS: dict[tuple[str, str], tuple[str, str]] = {
    ("Creswell", "CRP (log)"): ("F(1, 33) = 3.39; p = .075", "interaction"),
    ("Creswell", "IL-6 (log)"): ("p = .57", "interaction"),
    ("Diez (MBSR-CBP)", "IL-1beta"): ("p = .007", "interaction"),
    ("Irwin", "high CRP (> 3.0 mg/L)"): ("OR = 0.26 (95% CI 0.07 to 0.97); p < .05", "posttest"),
    ("NPC chemoradiotherapy trial (Qikan 674271376)", "NK cell activity"): ("t = 2.120; p < .05", "posttest"),
    ("Creswell (HIV MBSR)", "CD4+ T lymphocytes"): ("p = .02", "interaction"),
    ("Mun (knee osteoarthritis)", "IL-6"): ("p = .64", "interaction"),
    ("Barrett", "IL-8 in nasal wash during infection"): ("p = .02", "posttest"),
    ("Gonzalez-Moret", "faecal calprotectin (ug/g)"): ("p = .03; partial eta2 = .085", "posttest"),
    ("Gonzalez-Moret", "C-reactive protein (mg/dL)"): ("p = .05; partial eta2 = .066", "posttest"),
    ("Andersen", "NK cell cytotoxicity and T-cell proliferation"): ("p < .017", ""),
    ("Zhao (peri-operative breast cancer)", "CD3, CD4 (significant), CD4/CD8 (not significant)"): (
        "p < .05",
        "",
    ),
    ("Molavi (Ahvaz HIV)", "CD4+ lymphocyte count"): ("", ""),
    ("Olness", "salivary IgA"): ("", ""),
}
"""Printed statistics that need more than copying p: what they are, and what they compare.

Figures computed by the source's reader ("recomputed here") and comparisons within one arm are no
report of a difference between arms; they stay in ``notes``.
"""

STUDIES = {
    "Irwin": "Irwin (late-life insomnia)",
    "Andersen": "Andersen (breast cancer)",
}
"""Trials with several reports under one name: one study, whatever the year of the report."""

RANDOMISED = {
    "Zabihiyeganeh": ("21", "21"),
    "PMC5063022 (meditation-CBT, opioid-treated chronic low back pain)": ("21", "14"),
    "Diez (MBSR-CBP)": ("36", "34"),
    "Creswell": ("20", "20"),
    "Gonzalez-Moret": ("37", "20"),
}
"""Arms' sizes at randomisation, where the source's note on n states them."""

FAVOURS = {
    "intervention": "arm1", "intervention (trend)": "arm1", "CBT": "arm1", "control": "arm2",
    "control by the harmful sign": "arm2",
    "control by the harmful sign (authors read it as benefit)": "arm2", "neither": "neither",
}  # fmt: skip


def study_name(row: dict[str, str]) -> str:
    """The study's name; the year is added where the name says nothing else about the trial."""
    name = STUDIES.get(row["study"], row["study"])
    return name if "(" in name or not row["year"] else f"{name} {row['year']}"


def time_cells(text: str) -> dict[str, str]:
    """Weeks after treatment where the source states one number; its words otherwise."""
    number = re.fullmatch(r"~?(-?\d+)(?:\s*\(.*\))?", text)
    if text == "6-month follow-up from baseline":
        return {"time": text, "time_weeks": "26"}
    if not number:
        return {"time": text}
    weeks = number[1]
    plain = {"0": "post"}.get(weeks, "during treatment" if weeks.startswith("-") else "follow-up")
    return {"time": plain if text == weeks else f"{plain}: {text}", "weeks_after_treatment": weeks}


def direction_cells(text: str, marker: str) -> dict[str, str]:
    """Direction, and the reason where it is not the marker's usual one."""
    if text.startswith("authors"):
        return {"direction": "harmful", "direction_reason": text}
    if marker == "HIV-1 RNA < 50 copies/ml":
        return {"direction": text, "direction_reason": "the event is a load below the limit of detection"}
    return {"direction": text}


def statistic_cells(row: dict[str, str]) -> dict[str, str]:
    """The statistic between arms in a form that is read, and what it compares."""
    key = (row["study"], row["immune_marker"])
    if key in STATISTICS:
        text, of = STATISTICS[key]
        return {"reported_stat": text, "reported_stat_of": of}
    printed_t = re.match(r"t = (-?[\d.]+)", row["reported_stat"])
    p = re.fullmatch(r"([<>]?)\s*(0?\.\d+)", row["reported_p"])
    parts = [f"t = {printed_t[1]}"] if printed_t else []
    if p:
        parts.append(f"p {p[1] or '='} {p[2].removeprefix('0')}")
    return {"reported_stat": "; ".join(parts), "reported_stat_of": statistic_of(row) if parts else ""}


def statistic_of(row: dict[str, str]) -> str:
    """What a copied statistic compares, where the source says so."""
    if "post-intervention" in row["reported_stat"]:
        return "posttest"
    return "change" if row["mean_change_t"] or row["usable_as"].startswith("t on increase") else ""


def favours_cell(row: dict[str, str]) -> str:
    """Which arm did better in the authors' words; blank where their words are about another arm."""
    if row["favours"] == "CBT" and row["intervention_type8"] != "CBT":
        return ""
    return FAVOURS.get(row["favours"], "")


def special_cells(row: dict[str, str]) -> dict[str, str]:
    """Cells that one publication needs."""
    cells: dict[str, str] = {}
    if row["usable_as"].startswith("change scores (pre minus post"):
        cells["change_sign"] = "pre_minus_post"
    if '"0.2.5"' in row["usable_as"]:
        cells["sd_change_arm2"] = "0.2.5"
    if row["study"] == "Vedhara":
        cells |= {"event_arm1": "8", "totaln_arm1": "16", "event_arm2": "2", "totaln_arm2": "27"}
    if row["immune_marker"] in ("CRP (log)", "IL-6 (log)"):
        cells["log_scale"] = "true"
    if row["immune_marker"].endswith("(log10)"):
        cells["log_scale"] = "log10"
    if row["study"] in RANDOMISED:
        cells |= dict(zip(("rand_arm1", "rand_arm2"), RANDOMISED[row["study"]]))
    if row["mean_change_t"]:
        cells |= {"n_change_arm1": row["n_t"], "n_change_arm2": row["n_c"]}
    return cells


def notes_cell(row: dict[str, str]) -> str:
    """What the source says in words, so that nothing read in a publication is lost."""
    said = (
        ("n", row["n_note"]),
        ("reported", row["reported_stat"]),
        ("p", row["reported_p"]),
        ("favours", row["favours"]),
        ("sessions", row["n_sessions"] if not row["n_sessions"].isdigit() else ""),
        ("usable", row["usable_as"]),
    )
    return " | ".join(f"{label}: {text}" for label, text in said if text)


def trial_row(row: dict[str, str]) -> dict[str, str]:
    """One row of the source as one row of a trial table."""
    cells = dict.fromkeys(COLUMNS, "")
    cells |= {new: row[old] for old, new in RENAMED.items()}
    cells |= {"study": study_name(row), "doi": row["doi"].removesuffix(" (data)")}
    cells |= time_cells(row["weeks_after_treatment"])
    cells |= direction_cells(row["direction"], row["immune_marker"])
    cells |= statistic_cells(row) | special_cells(row)
    cells["n_sessions"] = row["n_sessions"] if row["n_sessions"].isdigit() else ""
    cells["favours"] = favours_cell(row)
    cells["not_usable_reason"] = NOT_USABLE.get(row["usable_as"], "")
    cells["notes"] = notes_cell(row)
    return cells


def trial_rows(source: list[dict[str, str]]) -> list[dict[str, str]]:
    """All rows, each with a name made of its study and its place in it."""
    rows, counts = [trial_row(r) for r in source], {}
    for row in rows:
        stem = re.sub(r"[^a-z0-9]+", "-", row["study"].lower()).strip("-")[:40].strip("-")
        counts[stem] = counts.get(stem, 0) + 1
        row["effect_id"] = f"{stem}-{counts[stem]}"
    return rows


def build(source: Path, outputs: tuple[Path, ...]) -> int:
    """Write the trial table; returns the number of rows."""
    with source.open(encoding="utf-8", newline="") as stream:
        rows = trial_rows(list(csv.DictReader(stream)))
    for output in outputs:
        with output.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return len(rows)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    written = (Path(sys.argv[2]),) if len(sys.argv) == 3 else OUTPUTS
    print(f"{build(Path(sys.argv[1]), written)} rows written to {', '.join(map(str, written))}")
