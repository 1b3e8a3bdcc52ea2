"""``synthesize``: a protocol's analysis plan, run over a trial table."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike, fspath
from typing import Any

import pandas as pd

from consilience.errors import InputError
from consilience.extraction import TrialTable, code_trials, read_trials
from consilience.protocol import Protocol, load_protocol
from consilience.synthesis.effect_set import EffectSet
from consilience.synthesis.effects import Derived, compute_effects, derive_effects
from consilience.synthesis.fitting import check_pooling
from consilience.synthesis.material import Material
from consilience.synthesis.notice import notice_of
from consilience.synthesis.percent import derive_percent
from consilience.synthesis.plan import run_plan
from consilience.synthesis.provenance import provenance
from consilience.synthesis.result import SynthesisResult, UnusedRow
from consilience.synthesis.settings import with_settings
from consilience.synthesis.time_points import admitted

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many steps are done, and how many there are."""


MAX_ROWS = 200_000
"""More rows than any review has had, and about what a plan of some 400 fits handles in minutes."""


def synthesize(
    trials: str | PathLike[str] | pd.DataFrame | TrialTable,
    protocol: str | PathLike[str] | Protocol = "psychosocial-immune",
    *,
    seed: int = 0,
    prisma: dict[str, Any] | None = None,
    progress: Progress | None = None,
    **settings: Any,
) -> SynthesisResult:
    """Run a protocol's whole analysis plan over a trial table.

    Parameters
    ----------
    trials : a file (CSV, XLSX, Metapsy), a data frame, or a ``TrialTable``.
    protocol : the name of a bundled protocol, a file, or a ``Protocol``.
    seed : kept with the result; analyses that draw random numbers start from it.
    prisma : counts for the PRISMA flow diagram, by the keys of the PRISMA2020 template.
    progress : called as ``progress(what, done, total)``.
    settings : single settings of the analysis plan to override, such as ``rho=0.5``,
        ``pre_post_r=0.7``, ``formula="d_ppc1"``, ``working_model="CHE"``, ``max_weeks=26``.

    Returns
    -------
    SynthesisResult : every planned number with the rows it came from. What cannot be estimated says
        why; every row that was not used is listed with its reason.

    Raises
    ------
    InputError : where there is no table or protocol to work on, or a setting is impossible.

    Examples
    --------
    >>> from consilience.synthesis.simulate import simulate_trials
    >>> result = synthesize(simulate_trials(n_studies=20, participants=1200, seed=1))
    >>> result.overall.k_studies, result.overall.participants
    (20, 1200)
    """
    tell = progress or silent
    tell("Reading the protocol and the trials", 0, 4)
    chosen = with_settings(
        load_protocol(protocol if isinstance(protocol, Protocol) else fspath(protocol)), settings
    )
    check_pooling(chosen.analysis.pooling)
    table = read_trials(trials)
    check_size(table)
    coded = code_trials(table, chosen)
    tell("Computing effect sizes", 1, 4)
    computed = compute_effects(coded, chosen)
    derived = derive_effects(computed, chosen)
    percent = derive_percent(computed, chosen)
    material = gather(chosen, derived, percent.effects)
    tell("Running the analyses", 2, 4)
    analyses = run_plan(material, coded)
    tell("Done", 4, 4)
    return SynthesisResult(
        protocol=chosen,
        effects=derived.effects,
        percent_effects=percent.effects,
        **analyses,
        unused=all_unused(coded, derived),
        problems=coded.problems,
        provenance=provenance(coded, chosen, seed),
        notice=notice_of(coded),
        prisma=prisma,
    )


def check_size(table: TrialTable) -> None:
    """Refuse at once what could only fail hours later."""
    if table.n_rows_read > MAX_ROWS:
        raise InputError(
            f"{', '.join(table.files) or 'The table'} holds {table.n_rows_read:,} rows; a whole analysis "
            f"plan runs on {MAX_ROWS:,} at most. Split the table (by outcome, say), or pool its effects with "
            "consilience.meta, which has no such limit."
        )


def silent(what: str, done: int, total: int) -> None:
    """Report nothing."""


def gather(protocol: Protocol, derived: Derived, percent: pd.DataFrame) -> Material:
    """The effects of all analyses, on both scales."""
    plan = protocol.analysis.follow_up
    effects = derived.effects
    effects["in_main_analyses"] = admitted(effects, plan)
    percent["in_main_analyses"] = admitted(percent, plan)
    return Material(
        protocol,
        main=EffectSet.of(effects[effects["in_main_analyses"]]),
        every=EffectSet.of(effects),
        percent=EffectSet.of(percent[percent["in_main_analyses"]]),
    )


def all_unused(coded: TrialTable, derived: Derived) -> tuple[UnusedRow, ...]:
    """Rows kept out by the checks of the table and rows without an effect, in the order of the file."""
    before = tuple(UnusedRow(**vars(row)) for row in coded.unused)
    return tuple(sorted((*before, *derived.unused), key=lambda row: (row.file, row.row)))
