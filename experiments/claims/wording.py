"""The claims' verdicts in words."""

from collections.abc import Sequence

from experiments.claims.advocate import Confirmed
from experiments.claims.findings import HOLDS, OPEN, REFUTED, Finding, Findings
from experiments.claims.founding import LABELS, Best
from experiments.claims.judging import Judged, Tested
from experiments.claims.null import Null

VERDICTS = ("holds", "refuted", "depends", "cannot be told")

_SIGN = {
    "coded": "A mechanism codes the sign: that it holds is no test of the sign, only of whether "
    "side effects and costs outweigh it.",
    "partly coded": "A mechanism codes part of the sign; the rest, and what outweighs it, is "
    "a result.",
    "open": "No mechanism codes the sign.",
}


def percent(share: float) -> str:
    """Return a share in whole per cent."""
    return f"{100.0 * share:.0f} %"


def counted(judged: Judged, verdict: int) -> str:
    """Return the share of sets with a verdict."""
    return percent(judged.share(verdict)[0])


def share_text(judged: Judged, verdict: int) -> str:
    """Return the share of sets with a verdict, and its interval."""
    share, low, high = judged.share(verdict)
    return f"{percent(share)} [{100 * low:.0f}, {100 * high:.0f}]"


def counts_text(judged: Judged) -> str:
    """Return how many sets have each verdict: "5 hold, 1 refuted, 2 not told"."""
    numbers = (judged.count(HOLDS), judged.count(REFUTED), judged.count(OPEN))
    return "{} / {} / {}".format(*numbers)


def condition_counts(tested: Tested) -> str:
    """Return how many sets have each verdict on a condition."""
    numbers = (tested.count(HOLDS), tested.count(REFUTED), tested.count(OPEN))
    return "{} / {} / {}".format(*numbers)


def sign_text(finding: Finding) -> str:
    """Return whether a mechanism codes the sign, in a sentence or two."""
    return _SIGN[finding.claim.sign]


def forms_text(finding: Finding) -> str:
    """Return the second forms with which the verdict turns round."""
    return ", ".join(form.name for form in finding.forms if form.matters)


def lead(findings: Findings) -> str:
    """Return the counts of verdicts in one sentence."""
    named = {
        verdict: [each.claim.id for each in findings.claims if each.verdict == verdict]
        for verdict in VERDICTS
    }
    words = {
        "holds": "hold in most plausible centres",
        "refuted": "are refuted in most",
        "depends": "depend on the centre",
        "cannot be told": "cannot be told",
    }
    parts = [f"{len(named[each])} {words[each]}" for each in VERDICTS if named[each]]
    return f"Of {len(findings.claims)} claims, {', '.join(parts)}."


def tests_only(findings: Findings) -> str:
    """Return the same for those claims of which no mechanism codes the sign."""
    kept = [each for each in findings.claims if each.claim.sign == "open"]
    ids = {
        verdict: ", ".join(each.claim.id for each in kept if each.verdict == verdict)
        for verdict in VERDICTS
    }
    parts = [f"{verdict}: {ids[verdict]}" for verdict in VERDICTS if ids[verdict]]
    return f"Of the {len(kept)} whose sign is open: {'; '.join(parts)}." if kept else ""


def null_text(null: Null) -> str:
    """Return what equal arms under different names came to."""
    rate, low, high = null.rate
    return (
        f"Equal arms under different names: with the same chance {null.same_chance} of "
        f"{null.looks} verdicts; with chance of their own {null.holds + null.refuted} "
        f"({100 * rate:.1f} % [{100 * low:.1f}, {100 * high:.1f}]; {null.holds} said to hold, "
        f"{null.refuted} refuted). Of single conditions {100 * null.condition_rate:.1f} % gave "
        "a false verdict, where at most 5 % are meant to."
    )


def founding_lines(founding: Sequence[Best], period: str) -> list[str]:
    """Return by party who does best under which policy, in sentences.

    Parameters
    ----------
    founding : sequence of Best
        What was found.
    period : str
        Which year.
    """
    lines = []
    for each in founding:
        if each.period != period:
            continue
        shares = sorted(each.counts.items(), key=lambda entry: -entry[1])
        parts = [f"{percent(count / each.sets)} {name}" for name, count in shares if count]
        if each.untold:
            parts.append(f"{percent(each.untold / each.sets)} cannot be told")
        lines.append(f"{LABELS[each.measure]}: {', '.join(parts)}")
    return lines


def found_text(confirmed: Confirmed) -> str:
    """Return by how much a policy leads the others in a set, by fresh replications."""
    leads = [
        "{} [{}, {}] over {}".format(
            *(f"{end:+.3g}".replace("-", "−") for end in (lead.mean, lead.low, lead.high)),
            other,
        )
        for other, lead in confirmed.leads.items()
    ]
    n = next(iter(confirmed.leads.values())).n
    return f"{'; '.join(leads)} (n = {n})"


__all__ = [
    "VERDICTS",
    "condition_counts",
    "counted",
    "counts_text",
    "forms_text",
    "found_text",
    "founding_lines",
    "lead",
    "null_text",
    "percent",
    "share_text",
    "sign_text",
    "tests_only",
]
