# ruff: noqa: E501  (tables read better in one line)
from __future__ import annotations

import pytest

from consilience.errors import InputError
from consilience.protocol import ProtocolError, check_protocol, load_protocol, parse_protocol
from consilience.protocol.yaml_source import MAX_BYTES


def problems(text: str | bytes) -> ProtocolError:
    """The error of a protocol that must not load."""
    with pytest.raises(ProtocolError) as caught:
        parse_protocol(text, source="my.yaml")
    return caught.value


def place_of(text: str, needle: str) -> tuple[int, int]:
    """Line and column of ``needle`` in ``text``, from 1."""
    before = text[: text.index(needle)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def test_the_small_protocol_is_in_order(small):
    assert parse_protocol(small).focal_intervention == "talk"


SPOILED = [
    # what stood there, what stands there, where the value is, path, words in the message, nearest
    ("category: mood, direction: harmful", "category: moood, direction: harmful", "moood",
     "markers[0].category", ["'moood'", "outcome_categories", "mood"], "mood"),
    ("direction: beneficial}", "direction: benefical}", "benefical}",
     "markers[1].direction", ["'benefical'", "beneficial, harmful"], "beneficial"),
    ("formula: d_ppc2", "formula: dppc2", "dppc2",
     "analysis.effect.formula", ["'dppc2'", "d_ppc1, d_ppc2, d_ppc_change"], "d_ppc2"),
    ("rho: 0.8", "rho: 1.8", "1.8", "analysis.pooling.rho", ["1.8", "at most 1"], None),
    ("rho: 0.8", "rho: a lot", "a lot", "analysis.pooling.rho", ["'a lot'", "not a number"], None),
    ("default: 0.5", "default: 1", "1\n      by", "analysis.effect.pre_post_r.default", ["less than 1"], None),
    ("by_marker: {bdi: 0.6}", "by_marker: {bdi2: 0.6}", "bdi2",
     "analysis.effect.pre_post_r.by_marker.bdi2", ["'bdi2'", "markers", "bdi, who_5"], "bdi"),
    ("focal_intervention: talk", "focal_intervention: tolk", "tolk",
     "focal_intervention", ["'tolk'", "interventions", "talk, walk"], "talk"),
    ("focal_intervention: talk", "focal_intervension: talk", "focal_intervension", "focal_intervension",
     ["'focal_intervension'", "not known"], "focal_intervention"),
    ("marker: bdi, percent", "marker: bdii, percent", "bdii", "comparators[0].marker", ["'bdii'"], "bdi"),
    ("analysis: overall", "analysis: overal", "overal", "published[0].analysis", ["'overal'"], "overall"),
    ("ci_lower: -9, ci_upper: -1", "ci_lower: -1, ci_upper: -9", "{key: pill", "comparators[0]",
     ["outside its interval", "smaller limit"], None),
    ("key: walk, label: Walk", "key: walk, label: Talking", "Talking", "interventions[1].label",
     ["'Talking'", "interventions[0]", "'talk'"], None),
    ("key: who_5", "key: bdi", "bdi, label: WHO", "markers[1].key", ["'bdi'", "already means markers[0]"], None),
    ("key: individual", "key: group", "group, label: I", "moderators[1].levels[1].key", ["already means"], None),
    ("key: format", "key: age", "age\n", "moderators[1].key", ["already means moderators[0]"], None),
    ("key: who_5", "key: WHO-5", "WHO-5, label", "markers[1].key", ["'WHO-5'", "small letters", "'who_5'"], None),
    ("name: small-review", "name: Small Review", "Small Review", "name", ["hyphens", "'small-review'"], None),
    ("version: \"1\"", "version: 1.0", "1.0", "version", ["1.0", "put it in quotes"], None),
    ("label: Walk", "label: no", "no}", "interventions[1].label", ["False", "put it in quotes"], None),
    ("label: Walk", "label: ''", "''", "interventions[1].label", ["empty"], None),
    ("include: [random allocation]", "include: random allocation", "random allocation", "eligibility.include",
     ["not a list", "'- '"], None),
    ("include: [random allocation]", "include: [yes, please]", "yes,", "eligibility.include[0]",
     ["True", "quotes"], None),
    ("pooling: {rho: 0.8}", "pooling: CHE", "CHE", "analysis.pooling", ["'CHE'", "not a mapping"], None),
    ("percent_change: -5", "percent_change: .nan", ".nan", "comparators[0].percent_change", ["finite"], None),
    ("kind: continuous, column: mean_age", "kind: continuous, column: mean_age, levels: [{key: a, label: b}]",
     "[{key: a", "moderators[0].levels", ["continuous moderator has no levels"], None),
    ("pooling: {rho: 0.8}", "pooling: {min_studies: 2.5}", "2.5", "analysis.pooling.min_studies", ["whole"], None),
    ("    formula: d_ppc2", "    small_sample: {apply: df_below}", "{apply", "analysis.effect.small_sample",
     ["df_limit: 10"], None),
    ("  include: [random allocation]", "  include: [random allocation]\n  published_through: 2018-13-45",
     "2018-13-45", "eligibility.published_through", ["2018-13-45", "cannot be read"], None),
    ("  include: [random allocation]", "  include: [random allocation]\n  published_through: in 2018",
     "in 2018", "eligibility.published_through", ["not a date", "2018-12-31"], None),
    ("synonyms: [talking]", "synonyms: ['---']", "'---'", "interventions[0].synonyms[0]", ["no letter"], None),
    ("synonyms: [talking]", "synonyms: [!!binary aGk=]", "!!binary", "interventions[0].synonyms[0]", ["tag"], None),
]  # fmt: skip


@pytest.mark.parametrize(("was", "now", "needle", "path", "words", "nearest"), SPOILED)
def test_one_wrong_thing_is_told_with_place_value_and_remedy(small, was, now, needle, path, words, nearest):
    assert was in small
    text = small.replace(was, now, 1)
    error = problems(text)
    assert len(error.findings) == 1, str(error)
    told = str(error.findings[0])
    line, column = place_of(text, needle)
    assert told.startswith(f"line {line}, column {column}, {path}: "), told
    for word in words:
        assert word in told
    assert error.findings[0].nearest == nearest
    assert "my.yaml has 1 problem" in str(error)


def test_all_problems_come_at_once_from_the_top_down(small):
    text = (
        small.replace("title: A small review\n", "")
        .replace("label: Walk", "labl: Walk")
        .replace("category: mood, direction: harmful", "category: mod, direction: harmfull")
        .replace("rho: 0.8", "rho: -1")
        .replace("analysis: overall", "analysis: everything")
    )
    error = problems(text)
    paths = [str(finding).split(", ")[2].split(":")[0] for finding in error.findings if finding.line]
    assert set(paths) >= {
        "title", "interventions[1].label", "interventions[1].labl", "markers[0].category", "markers[0].direction",
        "analysis.pooling.rho", "published[0].analysis",
    }  # fmt: skip
    lines = [finding.line or 0 for finding in error.findings]
    assert lines == sorted(lines)
    assert f"{len(error.findings)} problems" in str(error)


WHOLE_FILES = [
    (b"", ["empty", "bundled"]),
    (b"  \n\n", ["empty"]),
    (b"# only a comment\n", ["comments"]),
    (b"- a\n- b\n", ["list", "mapping"]),
    (b"just words", ["single value", "mapping"]),
    (b"name: [1, 2\n", ["not YAML", "line 2"]),
    (b"name: a\n\ttitle: b\n", ["tab", "spaces", "line 2"]),
    (b"question:\n\tpopulation: b\n", ["tab", "spaces", "line 2"]),
    ("title: Café\n".encode("latin-1"), ["line 1", "0xe9", "UTF-8"]),
    (b"a: 1\nb: x\xff\n", ["line 2", "UTF-8"]),
    (b"a: b\x00c\n", ["not YAML"]),
    (b"a: &x [1]\nb: *x\n", ["anchor", "line 1"]),
    (b"a: " + b"[" * 5000, ["nested"]),
    (b"name: a\n---\nname: b\n", ["document"]),
    (b"x" * (MAX_BYTES + 1), ["bytes", "right file"]),
    (b"? [a, b]\n: c\n", ["key is a single word"]),
    (b"name: !!python/object:os.system x\n", ["tag"]),
    (b"name: a: b\n", ["line 1", "colon"]),
    (b"name: 'open\n", ["not YAML"]),
]


@pytest.mark.parametrize(("raw", "words"), WHOLE_FILES)
def test_a_file_that_is_no_protocol(raw, words):
    told = str(problems(raw))
    for word in words:
        assert word in told, told


def test_a_swelling_file_is_stopped_early():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    assert "anchor" in str(problems("\n".join(lines)))


def test_a_key_that_stands_twice(small):
    error = problems(small + "title: Another title\n")
    assert "'title' stands twice" in str(error)
    assert "first on line 2" in str(error)
    assert error.findings[0].line == small.count("\n") + 1


def test_utf_16_with_its_mark_is_read(small):
    assert parse_protocol(small.encode("utf-16")).name == "small-review"
    assert parse_protocol(b"\xef\xbb\xbf" + small.encode()).name == "small-review"


def test_names_and_files(tmp_path, small):
    with pytest.raises(InputError, match="Did you mean 'psychosocial-immune'"):
        load_protocol("psycho-social-immune")
    with pytest.raises(InputError, match=r"no protocol file .*missing\.yaml"):
        load_protocol(tmp_path / "missing.yaml")
    with pytest.raises(InputError, match="cannot be read"):
        load_protocol(tmp_path)
    file = tmp_path / "Mine.YML"
    file.write_text(small, encoding="utf-8")
    assert load_protocol(file).name == load_protocol(str(file)).name == "small-review"
    with pytest.raises(InputError, match="cannot be read"):
        load_protocol("nul\0byte/x.yaml")


def test_a_protocol_made_in_python_is_checked_too(small):
    protocol = parse_protocol(small)
    assert load_protocol(protocol) is protocol
    with pytest.raises(ProtocolError, match="focal_intervention: 'run' is not a key of interventions"):
        check_protocol(protocol.model_copy(update={"focal_intervention": "run"}))
