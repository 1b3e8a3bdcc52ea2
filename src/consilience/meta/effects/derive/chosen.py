"""The path that each row has taken so far."""

from __future__ import annotations

import numpy as np

from consilience.meta.effects.arrays import BoolArray, FloatArray, TextArray
from consilience.meta.effects.derive.candidate import Candidate, Rows
from consilience.meta.effects.derive.notes import Notes


class Chosen:
    """Fills row after row with the first candidate that has a value there."""

    def __init__(self, rows: Rows, notes: Notes) -> None:
        k = rows.table.size
        self.notes = notes
        self._in_change_metric = rows.formula == "d_ppc_change"
        self._own_wanted = rows.formula == "d_ppc1"
        self.code: TextArray = np.full(k, "", dtype=object)
        self.metric: TextArray = np.full(k, "", dtype=object)
        self.d, self.vi, self.n1, self.n2 = (np.full(k, np.nan) for _ in range(4))
        self._built_with_r = np.zeros(k, dtype=bool)
        self.own: tuple[FloatArray, FloatArray] = (np.full(k, np.nan), np.full(k, np.nan))

    def offer(self, candidate: Candidate) -> None:
        """Take the candidate in the rows that have none yet."""
        sized = ~np.isnan(candidate.n1 + candidate.n2) | (candidate.metric == "given")
        take = (self.code == "") & ~np.isnan(candidate.d) & sized
        if not take.any():
            return
        self.code[take] = candidate.code if isinstance(candidate.code, str) else candidate.code[take]
        self.metric[take] = candidate.metric
        for mine, theirs in ((self.d, candidate.d), (self.n1, candidate.n1), (self.n2, candidate.n2)):
            mine[take] = theirs[take]
        if candidate.metric == "given":
            self.vi[take] = candidate.vi[take]
        if candidate.built_with_r is not None:
            self._built_with_r[take] = candidate.built_with_r[take]
        for where, statement in candidate.notes:
            self.notes.add(take & where, statement)
        self._take_own(candidate, take)
        if self._in_change_metric and candidate.metric != "change":
            self.notes.add(take, "turned into the metric of change scores through r")

    def _take_own(self, candidate: Candidate, take: BoolArray) -> None:
        """Each arm's own standardised change, for d_ppc1."""
        if candidate.own is not None:
            for mine, theirs in zip(self.own, candidate.own, strict=True):
                mine[take] = theirs[take]
        if self._own_wanted:
            missing = take & np.isnan(self.own[0] + self.own[1])
            self.notes.add(missing, "both arms standardised by one SD")

    @property
    def needs_r(self) -> BoolArray:
        """Rows whose effect or variance depends on the pre-post correlation."""
        if self._in_change_metric:
            return np.asarray((self.code != "") & ((self.metric != "change") | self._built_with_r))
        return np.asarray((self.metric == "raw") | (self.metric == "change"))
