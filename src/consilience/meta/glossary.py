"""The effect-size measures by name: what each is, what it needs, on which scale it stands."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from consilience.meta.errors import InputError


@dataclass(frozen=True)
class Measure:
    """One measure: its kernel (``module:function`` below ``effects.families``) and required columns."""

    key: str
    label: str
    scale: str
    kernel: str
    needs: tuple[str, ...]
    vtypes: tuple[str, ...] = ("LS",)
    add: float = 0.5
    """What is added to zero cells unless the caller says otherwise."""


_TWO_MEANS = ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i")
_PAIRED = ("m1i", "m2i", "sd1i", "sd2i", "ni", "ri")
_TABLE = ("ai", "bi", "ci", "di")
_TWO_RATES = ("x1i", "t1i", "x2i", "t2i")
_ONE_MEAN = ("mi", "sdi", "ni")
_ALPHA = ("ai", "mi", "ni")
_T_TEST = ("ti", "ni", "mi")

_ENTRIES = (
    Measure("PPC", "Difference in standardized mean change", "SD", "", ()),
    Measure("MD", "Mean difference", "raw", "two_means:mean_difference", _TWO_MEANS, ("LS", "HO")),
    Measure(
        "SMD", "Standardized mean difference (Hedges' g)", "SD", "two_means:standardised_difference",
        _TWO_MEANS, ("LS", "LS2", "UB", "AV"),
    ),
    Measure(
        "SMDH", "Standardized mean difference, unequal variances", "SD",
        "two_means:heteroscedastic_difference", _TWO_MEANS, ("LS", "BO"),
    ),
    Measure("SMD1", "Glass' delta (SD of group 2)", "SD", "two_means:difference_by_second_sd", _TWO_MEANS),
    Measure(
        "SMD1H", "Glass' delta, unequal variances", "SD", "two_means:heteroscedastic_by_second_sd",
            _TWO_MEANS, ("LS", "BO")
    ),
    Measure(
        "ROM", "Log ratio of means", "log ratio", "two_means:log_ratio_of_means", _TWO_MEANS,
        ("LS", "HO", "AV", "AVHO"),
    ),
    Measure("VR", "Log variability ratio", "log ratio", "two_means:log_variability_ratio",
            ("sd1i", "n1i", "sd2i", "n2i")),
    Measure("CVR", "Log coefficient of variation ratio", "log ratio", "two_means:log_cv_ratio", _TWO_MEANS),
    Measure("RPB", "Point-biserial correlation", "correlation", "two_means:point_biserial", _TWO_MEANS),
    Measure("D2ORN", "Log odds ratio from d (normal)", "log odds ratio", "two_means:log_odds_from_d_normal",
            _TWO_MEANS),
    Measure("D2ORL", "Log odds ratio from d (logistic)", "log odds ratio",
            "two_means:log_odds_from_d_logistic", _TWO_MEANS),
    Measure("MC", "Mean change", "raw", "paired_means:mean_change", _PAIRED),
    Measure("SMCC", "Standardized mean change (change SD)", "SD", "paired_means:change_by_change_sd",
            _PAIRED),
    Measure("SMCR", "Standardized mean change (SD of measurement 1)", "SD", "paired_means:change_by_first_sd",
            ("m1i", "m2i", "sd1i", "ni", "ri")),
    Measure("SMCRH", "Standardized mean change (SD 1), unequal variances", "SD",
            "paired_means:heteroscedastic_by_first_sd", _PAIRED, ("LS", "BO")),
    Measure("SMCRP", "Standardized mean change (average SD)", "SD", "paired_means:change_by_average_sd",
            _PAIRED),
    Measure("SMCRPH", "Standardized mean change (average SD), unequal variances", "SD",
            "paired_means:heteroscedastic_by_average_sd", _PAIRED),
    Measure("ROMC", "Log ratio of paired means", "log ratio", "paired_means:log_ratio_of_paired_means",
            _PAIRED),
    Measure("VRC", "Log paired variability ratio", "log ratio", "paired_means:log_paired_variability_ratio",
            ("sd1i", "sd2i", "ni", "ri")),
    Measure("CVRC", "Log paired coefficient of variation ratio", "log ratio",
            "paired_means:log_paired_cv_ratio", _PAIRED),
    Measure("RR", "Log risk ratio", "log ratio", "two_by_two:log_risk_ratio", _TABLE),
    Measure("OR", "Log odds ratio", "log odds ratio", "two_by_two:log_odds_ratio", _TABLE),
    Measure("RD", "Risk difference", "risk", "two_by_two:risk_difference", _TABLE, ("LS", "UB", "AV")),
    Measure("AS", "Arcsine square root risk difference", "arcsine", "two_by_two:arcsine_difference",
            _TABLE, add=0.0),
    Measure("PETO", "Log odds ratio (Peto)", "log odds ratio", "two_by_two:peto_log_odds", _TABLE),
    Measure("PHI", "Phi coefficient", "correlation", "two_by_two:phi_coefficient", _TABLE, add=0.0),
    Measure("YUQ", "Yule's Q", "correlation", "two_by_two:yule_q", _TABLE),
    Measure("YUY", "Yule's Y", "correlation", "two_by_two:yule_y", _TABLE),
    Measure("PBIT", "Probit difference", "SD", "two_by_two:probit_difference", _TABLE),
    Measure("OR2DN", "d from log odds ratio (normal)", "SD", "two_by_two:d_from_odds_normal", _TABLE),
    Measure("OR2DL", "d from log odds ratio (logistic)", "SD", "two_by_two:d_from_odds_logistic", _TABLE),
    Measure("IRR", "Log incidence rate ratio", "log ratio", "rates:log_rate_ratio", _TWO_RATES),
    Measure("IRD", "Incidence rate difference", "rate", "rates:rate_difference", _TWO_RATES),
    Measure("IRSD", "Square root rate difference", "root rate", "rates:root_rate_difference", _TWO_RATES,
            add=0.0),
    Measure("IR", "Incidence rate", "rate", "rates:rate", ("xi", "ti")),
    Measure("IRLN", "Log incidence rate", "log rate", "rates:log_rate", ("xi", "ti")),
    Measure("IRS", "Square root incidence rate", "root rate", "rates:root_rate", ("xi", "ti"), add=0.0),
    Measure("IRFT", "Freeman-Tukey incidence rate", "root rate", "rates:freeman_tukey_rate", ("xi", "ti"),
            add=0.0),
    Measure("PR", "Proportion", "risk", "proportions:proportion", ("xi", "ni"), ("LS", "UB", "AV")),
    Measure("PLN", "Log proportion", "log risk", "proportions:log_proportion", ("xi", "ni"), ("LS", "AV")),
    Measure("PLO", "Log odds", "log odds", "proportions:log_odds", ("xi", "ni"), ("LS", "AV")),
    Measure("PAS", "Arcsine square root proportion", "arcsine", "proportions:arcsine_proportion", ("xi",
            "ni"), add=0.0),
    Measure("PFT", "Freeman-Tukey proportion", "arcsine", "proportions:freeman_tukey_proportion", ("xi",
            "ni"), add=0.0),
    Measure("COR", "Correlation", "correlation", "correlations:correlation", ("ri", "ni"), ("LS", "AV")),
    Measure("UCOR", "Unbiased correlation", "correlation", "correlations:unbiased_correlation", ("ri", "ni"),
            ("LS", "UB", "AV")),
    Measure("ZCOR", "Fisher's z", "Fisher z", "correlations:fisher_z", ("ri", "ni")),
    Measure("PCOR", "Partial correlation", "correlation", "correlations:partial_correlation", _T_TEST,
            ("LS", "AV")),
    Measure("ZPCOR", "Fisher's z of a partial correlation", "Fisher z", "correlations:fisher_z_partial",
            _T_TEST),
    Measure("SPCOR", "Semi-partial correlation", "correlation", "correlations:semipartial_correlation",
            (*_T_TEST, "r2i")),
    Measure("MN", "Mean", "raw", "one_group:mean", _ONE_MEAN),
    Measure("SMN", "Standardized mean", "SD", "one_group:standardised_mean", _ONE_MEAN),
    Measure("MNLN", "Log mean", "log", "one_group:log_mean", _ONE_MEAN),
    Measure("CVLN", "Log coefficient of variation", "log", "one_group:log_cv", _ONE_MEAN),
    Measure("SDLN", "Log standard deviation", "log", "one_group:log_sd", ("sdi", "ni")),
    Measure("ARAW", "Cronbach's alpha", "reliability", "one_group:alpha", _ALPHA),
    Measure("AHW", "Cronbach's alpha (Hakstian-Whalen)", "transformed", "one_group:alpha_hakstian", _ALPHA),
    Measure("ABT", "Cronbach's alpha (Bonett)", "transformed", "one_group:alpha_bonett", _ALPHA),
    Measure("GEN", "Given effects", "given", "one_group:generic", ("yi", "vi")),
)  # fmt: skip

MEASURES: dict[str, Measure] = {entry.key: entry for entry in _ENTRIES}


def measure_named(name: str) -> Measure:
    """The measure of that name; an unknown name is an error that offers the nearest ones.

    >>> measure_named("SMD").label
    "Standardized mean difference (Hedges' g)"
    """
    if isinstance(name, str) and name in MEASURES:
        return MEASURES[name]
    near = get_close_matches(str(name).upper(), MEASURES, n=3, cutoff=0.4)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    raise InputError(f"measure is {name!r}, which is not known.{hint} Known: {', '.join(MEASURES)}.")
