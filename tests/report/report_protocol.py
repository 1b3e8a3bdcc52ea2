"""The made-up review whose results the report tests print: its words, and names that try to break a page."""

from __future__ import annotations

from datetime import date

from consilience.protocol.model import (
    Directions,
    Eligibility,
    Marker,
    Moderator,
    Protocol,
    Question,
    Term,
)

HOSTILE = (
    "<script>alert('x')</script> & Sons 2011",
    r"$\frac{1}{0}$ and $x_{1}$ 2012",
    "A study whose authors are so many that their names go on and on and on and on, and on, et al. 2013",
    "دراسة السلوك والمناعة 2014",
    "Ünïcödé 🧬🧠 研究グループ 2015",
    '"Quoted\' name" \x00\x0b <b>bold</b> 2016',
    "A_word_without_any_space_in_it_which_is_much_longer_than_a_column_could_ever_be_2017",
)

INTERVENTIONS = {
    "behavior": "Behavior therapy",
    "cognitive": "Cognitive therapy",
    "cbt": "Cognitive behavior therapy (CBT)",
    "cbt_plus": "CBT plus additive treatment or mode of delivery",
    "supportive": "Bereavement or supportive therapy",
    "combined": "Multiple or combined interventions",
    "other": "Other psychotherapy",
    "psychoeducation": "Psychoeducation",
}
OUTCOMES = {
    "proinflammatory": "Proinflammatory cytokine or marker levels",
    "anti_inflammatory": "Anti-inflammatory cytokine levels",
    "antibody": "Antibody levels",
    "cell_counts": "Immune cell counts",
    "nk_activity": "Natural killer cell activity",
    "viral_load": "Viral load",
    "other": "Other immune outcomes",
}


def protocol() -> Protocol:
    terms = tuple(Term(key=k, label=v) for k, v in INTERVENTIONS.items())
    return Protocol(
        name="psychosocial-immune",
        title="Psychosocial interventions and immune system function",
        version="1.0",
        question=Question(
            population="People of any age, healthy or ill",
            intervention="A psychosocial intervention",
            comparator="A control condition without a psychosocial component",
            outcome="An immune outcome measured before and after",
            design="Randomised clinical trials",
            text="Do psychosocial interventions change immune system function?",
        ),
        eligibility=Eligibility(
            include=("Randomised", "Immune outcome before and after"),
            exclude=("Active psychosocial control",),
            published_through=date(2018, 12, 31),
        ),
        directions=Directions(
            positive="enhanced immune function",
            negative="impaired immune function",
            beneficial="beneficial immune function",
            harmful="harmful immune function",
        ),
        interventions=terms,
        focal_intervention="cbt",
        outcome_categories=tuple(Term(key=k, label=v) for k, v in OUTCOMES.items()),
        markers=(
            Marker(key="il6", label="Interleukin-6", category="proinflammatory", direction="harmful"),
            Marker(key="crp", label="C-reactive protein", category="proinflammatory", direction="harmful"),
        ),
        moderators=(
            Moderator(key="format", label="Intervention format", kind="categorical", column="format"),
            Moderator(key="age", label="Age", kind="continuous", column="mean_age", unit="years", per=10),
        ),
    )
