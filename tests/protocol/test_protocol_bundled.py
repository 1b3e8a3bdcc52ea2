# ruff: noqa: E501  (tables read better in one line)
from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest

from consilience.protocol import (
    bundled_protocols,
    check_protocol,
    dump_protocol,
    load_protocol,
    parse_protocol,
    protocol_sha256,
)
from consilience.protocol.lookup import spellings
from consilience.protocol.spelling import spell

INTERVENTIONS = (
    "behavior_therapy", "cognitive_therapy", "cbt", "cbt_plus", "bereavement_supportive", "multiple_combined",
    "other_psychotherapy", "psychoeducation",
)  # fmt: skip
OUTCOMES = (
    "proinflammatory", "anti_inflammatory", "antibodies", "cell_counts", "nk_activity", "viral_load", "other_immune",
)  # fmt: skip


@pytest.fixture(params=bundled_protocols())
def bundled(request):
    return load_protocol(request.param)


def test_two_questions_are_bundled():
    assert bundled_protocols() == ("massage-therapy", "psychosocial-immune")


def test_round_trip_through_yaml(bundled):
    again = parse_protocol(dump_protocol(bundled))
    assert again == bundled
    assert protocol_sha256(again) == protocol_sha256(bundled)


def test_fingerprint_follows_the_content(bundled):
    other = bundled.model_copy(update={"title": bundled.title + "!"})
    assert protocol_sha256(other) != protocol_sha256(bundled)


def test_name_is_the_files_name(bundled):
    assert bundled.name in bundled_protocols()
    assert check_protocol(bundled) is bundled


@pytest.mark.parametrize(
    "part", ["interventions", "comparator_kinds", "outcome_categories", "markers", "moderators"]
)
def test_no_word_means_two_things(bundled, part):
    owners: dict[str, set[str]] = {}
    for term in getattr(bundled, part):
        words = (term.key, term.label) if part == "moderators" else spellings(term)
        for word in words:
            owners.setdefault(spell(word), set()).add(term.key)
    assert not {word: keys for word, keys in owners.items() if len(keys) > 1}


def test_searches_for_each_database(bundled):
    assert [search.database for search in bundled.searches] == [
        "PubMed",
        "Scopus",
        "PsycInfo",
        "ClinicalTrials.gov",
    ]
    for search in bundled.searches:
        for opening, closing in ("()", "[]"):
            assert search.query.count(opening) == search.query.count(closing), search.database
        assert search.query.count('"') % 2 == 0, search.database


def test_every_category_has_markers(bundled):
    counts = Counter(marker.category for marker in bundled.markers)
    assert set(counts) == {term.key for term in bundled.outcome_categories}


def test_the_immune_review_is_the_published_one():
    review = load_protocol("psychosocial-immune")
    assert tuple(term.key for term in review.interventions) == INTERVENTIONS
    assert tuple(term.key for term in review.outcome_categories) == OUTCOMES
    assert len(review.markers) >= 80
    assert len(review.moderators) == 9
    assert {part.key: part.per for part in review.moderators if part.kind == "continuous"} == {
        "length": 1, "timing": 1, "age": 10, "sex": 10,
    }  # fmt: skip
    assert str(review.eligibility.published_through) == "2018-12-31"
    plan = review.analysis
    assert (plan.effect.formula, plan.effect.variance, plan.effect.pre_post_r.default) == (
        "d_ppc2",
        "morris2008",
        0.5,
    )
    assert (plan.pooling.working_model, plan.pooling.rho, plan.pooling.vcov) == ("CE", 0.8, "CR2")
    assert plan.follow_up.persistence_weeks == 26


def test_the_published_results():
    rows = {row.analysis: row for row in load_protocol("psychosocial-immune").published}
    printed = {
        "overall": (0.30, 0.21, 0.40, 6.22, 50.9),
        "intervention:cbt": (0.33, 0.19, 0.47, 4.82, 27.2),
        "intervention:multiple_combined": (0.52, 0.17, 0.88, 3.63, 5.7),
        "outcome:proinflammatory": (0.33, 0.19, 0.48, 4.70, 25.6),
        "percent_change:beneficial": (14.7, 5.7, 23.8, None, None),
        "percent_change:harmful": (-18.0, -28.8, -7.2, None, None),
        "percent_change:harmful:cbt": (-33.8, None, None, None, None),
    }
    assert {
        key: (r.estimate, r.ci_lower, r.ci_upper, r.statistic, r.df) for key, r in rows.items()
    } == printed


def test_printed_t_and_interval_agree():
    """Estimate, interval and t of one printed row are three views of one standard error."""
    from scipy.stats import t as student

    for row in load_protocol("psychosocial-immune").published:
        if row.statistic is None or row.df is None or row.ci_upper is None or row.ci_lower is None:
            continue
        se = (row.ci_upper - row.ci_lower) / 2 / student.ppf(0.975, row.df)
        assert row.estimate / se == pytest.approx(row.statistic, rel=0.08), row.label


def test_the_drug_benchmarks():
    rows = {row.key: row for row in load_protocol("psychosocial-immune").comparators}
    assert {key: row.percent_change for key, row in rows.items()} == {
        "darapladib_40_il_6": -7.8,
        "darapladib_160_il_6": -12.3,
        "darapladib_40_crp": -6.0,
        "darapladib_160_crp": -13.0,
    }
    known = rows["darapladib_160_crp"]
    assert (known.ci_lower, known.ci_upper, known.p_value) == (-28, 5, 0.15)
    assert all(row.ci_lower is None and row.p_value is None for row in rows.values() if row is not known)


def test_massage_is_another_question():
    massage = load_protocol("massage-therapy")
    assert len(massage.interventions) == 7
    assert len(massage.outcome_categories) == 8
    assert len(massage.markers) >= 30


def test_no_question_is_written_into_the_code():
    """The program's own files know no marker, intervention or outcome of a bundled review."""
    from importlib.resources import files

    words = {"cbt", "il_6", "darapladib", "massage", "cytokine", "proinflammatory", "swedish", "cortisol"}
    for source in files("consilience.protocol").iterdir():
        if source.name.endswith(".py"):
            code = "\n".join(line for line in _code_lines(source.read_text("utf-8")))
            assert not {word for word in words if word in code.lower()}, source.name


def _code_lines(text: str) -> list[str]:
    """Lines without docstrings and comments."""
    import ast

    tree = ast.parse(text)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [line for line in body if not _is_text(line)] or [ast.Pass()]  # type: ignore[attr-defined]
    return ast.unparse(tree).splitlines()


def _is_text(node: object) -> bool:
    """Whether a statement is only a string."""
    import ast

    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def test_loading_needs_no_numerical_library():
    code = (
        "import sys; from consilience.protocol import load_protocol; load_protocol('massage-therapy');"
        "print([m for m in ('numpy', 'pandas', 'scipy', 'rich', 'typer') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
