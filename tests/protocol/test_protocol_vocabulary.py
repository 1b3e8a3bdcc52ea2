# ruff: noqa: E501  (tables read better in one line)
from __future__ import annotations

import csv
import gc
from pathlib import Path

import pytest

from consilience.protocol import (
    Vocabulary,
    load_protocol,
    match_category,
    match_comparator_kind,
    match_intervention,
    match_level,
    match_marker,
    match_markers,
    parse_protocol,
)
from consilience.protocol.lookup import spellings
from consilience.protocol.vocabulary import _OF_PROTOCOL

REVIEW = load_protocol("psychosocial-immune")
TRIALS = Path(__file__).parents[3] / "shared" / "data" / "immune_trials.csv"

SAME = {
    "il_6": ["IL-6", "il6", "IL 6", "Interleukin-6", "interleukin 6", "Serum IL-6", "plasma IL-6 levels", "IL-6 (pg/mL)",
             "log IL-6", "ln(IL-6)", "IL-6 (log)", "IL-6, pg/ml", "IL‑6", "levels of interleukin-6 in serum", "IL_6",
             "mitogen-stimulated IL-6", "log10 IL-6 (pg/mL)", "IL-6 (log-transformed)", "Il–6"],
    "tnf_alpha": ["TNF-α", "TNFα", "tnf alpha", "TNF", "Tumour necrosis factor-alpha", "TNF‐alpha [pg/ml]"],
    "crp": ["CRP", "hs-CRP", "hsCRP", "C-reactive protein (mg/dL)", "high-sensitivity C-reactive protein",
            "high CRP (> 3.0 mg/L)", "C reactive protein"],
    "ifn_gamma": ["IFN-γ", "IFNγ", "interferon gamma"],
    "nf_kb": ["NF-κB", "NF-kB", "nuclear factor kappa B"],
    "cd4_count": ["CD4+", "CD4", "CD4⁺ T-cells", "CD4+ T lymphocytes", "CD3+CD4+", "CD4 cell count (cells/mm3)",
                  "CD4 count (cells/μL)", "CD4 (10^6/L)", "T-helper cell count"],
    "cd4_percent": ["CD4 %", "CD4+%", "% CD4+", "CD4 (%)"],
    "cd4_cd8_ratio": ["CD4/CD8", "CD4:CD8 ratio", "CD4+/CD8+ ratio", "CD4 / CD8 ratio", "CD4-CD8 ratio"],
    "cd8_cd28neg": ["CD8+CD28-", "CD8+CD28−", "CD8⁺CD28⁻ T lymphocytes"],
    "siga": ["sIgA", "secretory IgA", "salivary IgA", "salivary sIgA", "s-IgA (μg/mL)"],
    "iga": ["IgA", "serum IgA"],
    "siga_rate": ["resting sIgA secretion rate", "sIgA secretion rate (ug/min)"],
    "nk_cytotoxicity": ["NK activity", "NK cell cytotoxicity", "natural killer cell activity (NKCA)", "NKCA"],
    "nk_count": ["NK cells", "NK cell number", "CD3-CD16+CD56+", "NK cell count (×10^9/L)"],
    "hiv_rna": ["HIV-1 RNA", "HIV viral load (log10)", "log10(HIV-1 RNA)", "HIV RNA (log10 copies/mL)"],
    "hiv_rna_undetectable": ["HIV-1 RNA < 50 copies/ml"],
    "ebv_vca_igg": ["EBV VCA IgG titre", "EBV-VCA IgG", "Epstein-Barr virus viral capsid antigen IgG"],
    "il_10": ["IL-10", "interleukin 10"],
    "il_1": ["IL-1"],
    "il_12": ["IL-12p70", "IL-12"],
    "il_17": ["IL-17A"],
}  # fmt: skip

DIFFERENT = [
    "IL-66", "IL-1 (0)", "IL 1 0", "IL-6, TNF-alpha", "IL-6 and CRP", "CD4+CD8+", "CD8+CD28+", "CD4-", "CD3-CD4",
    "NK cells (activity)", "IL-6/IL-10 ratio", "IL-6 (CRP)", "sIL-6", "anti-TNF", "TNF-ß", "CD40", "IgD", "cortisol",
    "CD4/CD8/NK", "delta", "(", "pg/mL", "serum", "log", "%", "IL", "CD",
]  # fmt: skip


@pytest.mark.parametrize(("key", "text"), [(key, text) for key, texts in SAME.items() for text in texts])
def test_one_marker_in_many_spellings(key, text):
    match = match_marker(text, REVIEW)
    assert (match.key, match.score, match.nearest) == (key, 100.0, None)


@pytest.mark.parametrize("text", DIFFERENT)
def test_a_near_miss_is_never_a_match(text):
    match = match_marker(text, REVIEW)
    assert match.key is None
    assert not match.found
    assert match.score < 100


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("IL-6a", "il_6"),
        ("intereukin-6", "il_6"),
        ("CD4+ T lymphocites", "cd4_count"),
        ("fibrinogne", "fibrinogen"),
    ],
)
def test_a_near_miss_brings_a_suggestion(text, nearest):
    assert match_marker(text, REVIEW).nearest == nearest


@pytest.mark.parametrize("name", ["psychosocial-immune", "massage-therapy"])
def test_every_listed_spelling_finds_its_own_term(name):
    review = load_protocol(name)
    lists = [
        (review.markers, match_marker),
        (review.interventions, match_intervention),
        (review.outcome_categories, match_category),
        (review.comparator_kinds, match_comparator_kind),
    ]
    for terms, match in lists:
        for term in terms:
            for text in spellings(term):
                for spelled in (text, text.upper(), f"  {text} ", text.replace("-", "–")):
                    assert match(spelled, review).key == term.key, spelled
    for moderator in review.moderators:
        for level in moderator.levels:
            for text in spellings(level):
                assert match_level(moderator, text).key == level.key


@pytest.mark.parametrize("blank", [None, "", "  ", float("nan")])
def test_an_empty_cell_is_blank(blank):
    assert match_marker(blank, REVIEW).how == "blank"
    assert match_level(REVIEW.moderators[0], blank).how == "blank"
    assert match_level(REVIEW.moderators[1], blank).how == "blank"


def test_a_number_is_read_as_its_text():
    assert match_marker(6, REVIEW).key is None


def test_a_moderator_without_levels_takes_any_word():
    free = next(part for part in REVIEW.moderators if part.key == "intervention_type")
    assert match_level(free, " cbt ").key == "cbt"
    assert match_level(free, "cbt").how == "free"


def test_how_literal_a_match_was():
    assert match_marker("IL-6", REVIEW).how == "exact"
    assert match_marker("IL-6 (pg/mL)", REVIEW).how == "without unit"
    assert match_marker("plasma IL-6", REVIEW).how == "without qualifier"


def test_a_plus_sign_counts_where_it_means_something():
    assert match_intervention("CBT", REVIEW).key == "cbt"
    assert match_intervention("CBT+", REVIEW).key == "cbt_plus"
    assert match_intervention("CBT + exercise", REVIEW).key is None


def test_qualifiers_belong_to_the_protocol(small):
    plain = parse_protocol(small)
    assert match_marker("serum BDI-II", plain).key is None
    with_serum = parse_protocol(small + "marker_qualifiers: [serum]\n")
    assert match_marker("serum BDI-II", with_serum).key == "bdi"


def test_a_million_cells_cost_as_much_as_their_different_texts():
    texts = [f"IL-{i % 300}" for i in range(300_000)]
    vocabulary = Vocabulary(REVIEW.markers)
    worked_out = []
    find = vocabulary._find
    vocabulary._find = lambda text: worked_out.append(text) or find(text)  # type: ignore[method-assign]
    found = [vocabulary.match(text) for text in texts]
    assert len(worked_out) == 300
    assert found[:300] == found[300:600]
    assert match_markers(texts[:400], REVIEW)[6].key == "il_6"


def test_vocabularies_go_when_their_protocol_goes(small):
    protocol = parse_protocol(small)
    match_marker("BDI", protocol)
    number = id(protocol)
    assert number in _OF_PROTOCOL
    del protocol
    gc.collect()
    assert number not in _OF_PROTOCOL


def test_long_and_hostile_texts_are_only_text():
    for text in (
        "x" * 200_000,
        "(" * 20_000,
        "log " * 5_000,
        "1/" * 10_000,
        "serum " * 3_000,
        "=cmd|' /C calc'!A0",
    ):
        assert match_marker(text, REVIEW).key is None


SEVERAL = {
    "CD3, CD4 (significant), CD4/CD8 (not significant)", "CD4 decline; T-cell response to anti-CD3",
    "IL-2 and IFN-gamma production, IL-2:IL-4 ratio", "IL-6, TNF-alpha",
    "NK activity, lymphocyte phenotypes, IL-6, IL-8", "NK cell cytotoxicity and T-cell proliferation",
    "T-cell blastogenesis / NK cytotoxicity", "WBC count, neutrophil count, helper/suppressor ratio",
    "blister fluid TNF-alpha and IL-8", "immune cell proportions, cytokines, CRP",
    "plasma TNF-alpha, IL-6, sTNFR1 (IL-10, IL-1beta, TGF-beta1 undetectable in > 50%)",
}  # fmt: skip


@pytest.fixture(scope="module")
def trials() -> list[dict[str, str]]:
    if not TRIALS.exists():
        pytest.skip("the table of published trials is not beside this checkout")
    with TRIALS.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_words_of_published_trials(trials):
    unknown = {row["immune_marker"] for row in trials if not match_marker(row["immune_marker"], REVIEW).found}
    assert unknown == SEVERAL
    columns = {
        "intervention_type8": match_intervention,
        "outcome_category7": match_category,
        "comparator_kind": match_comparator_kind,
    }
    for column, match in columns.items():
        assert not {row[column] for row in trials if row[column] and not match(row[column], REVIEW).found}
    moderators = {part.key: part for part in REVIEW.moderators}
    for key in ("disease", "format", "basal_or_stimulated"):
        texts = {row[key] for row in trials} - {"", "both"}
        assert not {text for text in texts if not match_level(moderators[key], text).found}


def test_categories_and_directions_agree_with_published_trials(trials):
    markers = {marker.key: marker for marker in REVIEW.markers}
    read_otherwise = {"CD8+ % (lower = better per authors)"}
    for row in trials:
        match = match_marker(row["immune_marker"], REVIEW)
        if match.key and row["immune_marker"] not in read_otherwise:
            marker = markers[match.key]
            assert marker.category == match_category(row["outcome_category7"], REVIEW).key, row[
                "immune_marker"
            ]
            expected = {"authors: lower is better": "harmful"}.get(row["direction"], row["direction"])
            assert marker.direction == expected, row["immune_marker"]
