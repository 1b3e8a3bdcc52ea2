"""The trial table's columns: one list of what each is called, holds, and is also known as."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "number", "integer", "flag", "choice", "interval", "spread"]
"""``interval``: "lo;hi". ``spread``: a number, or "lo;hi" where ``sd_from`` says CI, IQR or range."""

Group = Literal["design", "moderator", "numbers", "statistic"]


@dataclass(frozen=True)
class Column:
    """One column of the trial table."""

    name: str
    kind: Kind
    group: Group
    description: str
    example: str = ""
    unit: str = ""
    aliases: tuple[str, ...] = ()
    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Accepted values, each with its other spellings."""

    @property
    def essential(self) -> bool:
        """Whether a cell that cannot be read keeps the row out (an effect may rest on it)."""
        return self.group in ("numbers", "statistic") or self.name == "study"


def _text(name: str, description: str, example: str = "", aliases: str = "") -> Column:
    return Column(name, "text", "design", description, example, aliases=tuple(aliases.split()))


def _moderator(name: str, kind: Kind, description: str, example: str, unit: str, aliases: str) -> Column:
    return Column(name, kind, "moderator", description, example, unit, tuple(aliases.split()))


def _arms(
    stem: str, kind: Kind, description: str, examples: tuple[str, str], aliases: str = ""
) -> list[Column]:
    """The two columns of a number that each arm has; ``{}`` in an alias stands for the arm."""
    arms = (("arm1", "t", "intervention"), ("arm2", "c", "control"))
    spellings = f"{stem}_{{}} {aliases}".split()
    return [
        Column(
            f"{stem}_{arm}",
            kind,
            "numbers",
            f"{description}, {word} arm",
            example,
            aliases=tuple(a.format(x) for a in spellings for x in (arm, letter, word)),
        )
        for (arm, letter, word), example in zip(arms, examples)
    ]


_DIRECTIONS = (
    ("beneficial", ("higher is better", "higher_is_better", "higher", "positive", "good", "true")),
    (
        "harmful",
        ("lower is better", "lower_is_better", "higher is worse", "lower", "negative", "bad", "false"),
    ),
)
_SD_FROM = (
    ("SD", ("sd", "standard deviation", "s.d.")),
    ("SE", ("se", "sem", "standard error", "s.e.", "s.e.m.")),
    ("CI", ("ci", "95% ci", "ci95", "95 % ci", "confidence interval")),
    ("IQR", ("iqr", "interquartile range", "quartiles")),
    ("range", ("min-max", "minmax", "min;max")),
)
_FAVOURS = (
    ("arm1", ("intervention", "treatment", "experimental", "arm 1", "t")),
    ("arm2", ("control", "comparator", "arm 2", "c")),
    ("neither", ("none", "no difference", "null", "equal")),
)

DESIGN: tuple[Column, ...] = (
    _text(
        "study",
        "Name of the study; the same name in each of its rows",
        "Creswell 2012",
        "study_id study_name trial author_year studlab",
    ),
    Column(
        "year", "integer", "design", "Year of publication", "2012", aliases=("publication_year", "pub_year")
    ),
    _text("doi", "Digital object identifier of the report", "10.1016/j.bbi.2012.07.006"),
    _text("pmid", "PubMed number of the report", "18356607", "pubmed_id pubmed"),
    _text("full_ref", "Full reference", "Creswell JD, ... 2012", "reference citation"),
    _text(
        "condition_arm1",
        "What the intervention arm got",
        "MBSR, 8 weeks",
        "intervention intervention_name treatment arm1 trt_name",
    ),
    _text(
        "condition_arm2", "What the control arm got", "waiting list", "comparator control arm2 control_name"
    ),
    _text("multi_arm1", "Which arm, when several arms of a trial have the same condition", "group format"),
    _text("multi_arm2", "Which control arm, when there are several", "waitlist A"),
    _text(
        "intervention_type",
        "Class of intervention: a key, label or synonym of the protocol",
        "cbt",
        "intervention_class treatment_type intervention_type8 intervention_category",
    ),
    _text(
        "comparator_kind",
        "Class of control condition, in the protocol's words",
        "waitlist",
        "control_type comparator_type control_kind",
    ),
    _text("outcome_type", "Kind of outcome data in Metapsy's words (msd, response, ...)", "msd"),
    _text("instrument", "Instrument or assay", "ELISA", "test_name scale measure"),
    _text(
        "marker",
        "What was measured: a key, label or synonym of the protocol",
        "IL-6",
        "immune_marker biomarker analyte outcome outcome_name",
    ),
    _text(
        "outcome_category",
        "Outcome category of the protocol; blank = the marker's own",
        "proinflammatory",
        "outcome_category7 outcome_class marker_class",
    ),
    Column(
        "direction",
        "choice",
        "design",
        "Whether a higher value is better; blank = the marker's own",
        "harmful",
        aliases=("higher_is_better", "marker_direction"),
        choices=_DIRECTIONS,
    ),
    _text(
        "direction_reason",
        "Why the direction differs from the marker's own",
        "authors read a rise as recovery",
    ),
    _text("time", "Name of the time point", "post", "timepoint time_point timing assessment"),
    _text(
        "source_location", "Where in the report the numbers stand", "Table 2, p. 8", "source location page"
    ),
    _text(
        "effect_id",
        "A name for this row, unique in the table; made up where blank",
        "creswell-crp-post",
        "esid effect effectid es_id",
    ),
    _text(
        "notes",
        "Anything a reader of the row should know",
        "completers only",
        "note comments comment remarks",
    ),
    _text(
        "not_usable_reason", "A person's statement that the row has no usable number", "no statistic reported"
    ),
    _text("rob", "Overall risk of bias", "some concerns", "risk_of_bias overall_rob"),
    _text(
        "randomised", "Whether and how arms were randomised", "yes", "randomized randomisation randomization"
    ),
)

MODERATORS: tuple[Column, ...] = (
    _moderator(
        "basal_or_stimulated",
        "text",
        "Basal level, or after stimulation",
        "basal",
        "",
        "basal_stimulated stimulated",
    ),
    _moderator(
        "time_weeks",
        "number",
        "Weeks from randomisation to the measurement",
        "16",
        "weeks",
        "weeks_after_randomisation weeks_after_randomization",
    ),
    _moderator(
        "weeks_after_treatment",
        "number",
        "Weeks from the end of treatment to the measurement; 0 = posttest",
        "8",
        "weeks",
        "time_after_end_intervention_weeks follow_up_weeks followup_weeks weeks_post",
    ),
    _moderator(
        "disease", "text", "Disease or reason for treatment", "HIV", "", "diagnosis condition population"
    ),
    _moderator("mean_age", "number", "Mean age of the participants", "46.2", "years", "age age_mean avg_age"),
    _moderator(
        "percent_female",
        "number",
        "Percentage of women",
        "67",
        "percent",
        "percent_women female_percent pct_female female_pct pct_women perc_female",
    ),
    _moderator(
        "percent_male",
        "number",
        "Percentage of men; fills percent_female where that is blank",
        "33",
        "percent",
        "male_pct pct_male male_percent percent_men pct_men",
    ),
    _moderator(
        "format", "text", "Group, individual, ...", "group", "", "intervention_format delivery_format"
    ),
    _moderator(
        "n_sessions",
        "number",
        "Number of sessions",
        "8",
        "sessions",
        "n_sessions_arm1 sessions total_number_of_sessions number_of_sessions",
    ),
    _moderator(
        "duration_weeks",
        "number",
        "Length of the intervention",
        "8",
        "weeks",
        "n_weeks duration_in_weeks intervention_weeks treatment_weeks",
    ),
)

NUMBERS: tuple[Column, ...] = (
    *_arms("n", "number", "People measured at posttest", ("30", "32"), "n_post_{} n{}"),
    *_arms(
        "mean",
        "number",
        "Posttest mean (median where sd_from is IQR or range)",
        ("2.73", "1.77"),
        "m_post_{} mean_post_{} post_mean_{} m_{}",
    ),
    *_arms("sd", "spread", "Posttest SD, or what sd_from names", ("1.39", "1.25"), "sd_post_{} post_sd_{}"),
    *_arms(
        "baseline_m",
        "number",
        "Pretest mean",
        ("2.91", "1.64"),
        "m_baseline_{} baseline_mean_{} mean_baseline_{} m_pre_{} mean_pre_{} pre_mean_{} pre_m_{}",
    ),
    *_arms(
        "baseline_sd",
        "spread",
        "Pretest SD, or what sd_from_baseline names",
        ("1.39", "1.07"),
        "sd_baseline_{} sd_pre_{} pre_sd_{}",
    ),
    *_arms(
        "baseline_n", "number", "People measured at pretest", ("36", "34"), "n_baseline_{} n_pre_{} pre_n_{}"
    ),
    *_arms(
        "mean_change",
        "number",
        "Mean change, post minus pre (see change_sign)",
        ("-0.18", "0.12"),
        "m_change_{} change_mean_{} change_m_{}",
    ),
    *_arms(
        "sd_change",
        "spread",
        "SD of the change, or what sd_from_change names",
        ("0.42", "0.44"),
        "change_sd_{}",
    ),
    *_arms("n_change", "number", "People with both measurements", ("30", "32"), "change_n_{}"),
    *_arms(
        "ci_change",
        "interval",
        '95 % CI of the mean change, "lo;hi"',
        ("4.1;101.8", "-34.3;65.4"),
        "change_ci_{}",
    ),
    *_arms(
        "percent_change",
        "number",
        "Percent change from pretest as reported; used for checking only",
        ("-12.5", "1.0"),
        "pct_change_{}",
    ),
    *_arms("event", "number", "People with the event", ("8", "2"), "events_{}"),
    *_arms("totaln", "number", "People observed for the event", ("16", "27"), "total_n_{} n_total_{}"),
    *_arms("rand", "number", "People randomised", ("36", "34"), "n_randomized_{} n_randomised_{} n_rand_{}"),
)

STATISTICS: tuple[Column, ...] = (
    Column(
        "pre_post_r",
        "number",
        "statistic",
        "Pre-post correlation, both arms",
        "0.72",
        "-1 to 1",
        ("ppcor", "r_pre_post", "pre_post_cor", "prepost_r"),
    ),
    Column(
        "pre_post_r_arm1", "number", "statistic", "Pre-post correlation, intervention arm", "0.70", "-1 to 1"
    ),
    Column("pre_post_r_arm2", "number", "statistic", "Pre-post correlation, control arm", "0.74", "-1 to 1"),
    Column(
        "pre_post_r_source",
        "text",
        "design",
        "Where the correlation comes from",
        "individual data",
        aliases=("ppcor_method",),
    ),
    Column(
        "log_scale",
        "choice",
        "statistic",
        "Means and SDs are of log values: true (natural) or log10",
        "true",
        aliases=("log", "log_transformed", "is_log"),
        choices=(
            ("true", ("yes", "y", "1", "t", "ln", "log", "natural", "loge")),
            ("log10", ("log 10", "lg")),
            ("false", ("no", "n", "0", "f", "raw")),
        ),
    ),
    Column(
        "sd_from",
        "choice",
        "statistic",
        "What stands in the sd cells",
        "SE",
        aliases=("sd_type", "sd_is"),
        choices=_SD_FROM,
    ),
    Column(
        "sd_from_baseline",
        "choice",
        "statistic",
        "The same for baseline_sd cells, where it differs",
        "SD",
        choices=_SD_FROM,
    ),
    Column(
        "sd_from_change",
        "choice",
        "statistic",
        "The same for sd_change cells, where it differs",
        "CI",
        choices=_SD_FROM,
    ),
    Column(
        "change_sign",
        "choice",
        "statistic",
        "How change was computed in the report",
        "pre_minus_post",
        choices=(
            ("post_minus_pre", ("post-pre", "post - pre")),
            ("pre_minus_post", ("pre-post", "pre - post")),
        ),
    ),
    Column(
        "reported_stat",
        "text",
        "statistic",
        "Test statistics as printed, several joined by ;",
        "F(1, 33) = 3.39; p = .075",
        aliases=("other_stat", "statistic"),
    ),
    Column(
        "reported_stat_of",
        "choice",
        "statistic",
        "What the statistic compares",
        "interaction",
        choices=(
            ("change", ("change scores", "ancova")),
            ("interaction", ("time x group", "group x time")),
            ("posttest", ("post", "posttest difference")),
        ),
    ),
    Column(
        "favours",
        "choice",
        "statistic",
        "Which arm the authors say did better",
        "arm1",
        aliases=("favors",),
        choices=_FAVOURS,
    ),
    Column("precalc_g", "number", "statistic", "Effect size as given", "0.42", "SD", (".g",)),
    Column("precalc_g_se", "number", "statistic", "Its standard error", "0.21", "SD", (".g_se",)),
    Column("precalc_g_oriented", "flag", "statistic", "True if a positive precalc_g is better", "true"),
)

COLUMNS: tuple[Column, ...] = (*DESIGN, *MODERATORS, *NUMBERS, *STATISTICS)
"""Every column that Consilience knows, in the order of a template."""

BY_NAME: dict[str, Column] = {c.name: c for c in COLUMNS}
