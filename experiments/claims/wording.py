"""The claims' verdicts in words."""

from collections.abc import Sequence

import numpy as np

from experiments.analysis.wording import number
from experiments.claims.advocate import Tried
from experiments.claims.findings import Finding, Findings, told_as
from experiments.claims.founding import Best
from experiments.claims.judging import CLIPPED, FAILED, HOLDS, OPEN, REFUTED, Judged, Tested
from experiments.claims.null import Null
from experiments.claims.turning import Turning
from experiments.claims.variants import Variant

VERDICTS = ("holds", "refuted", "depends", "cannot be told")

_TOLD = {
    "holds": "hold in most sets",
    "holds, as coded": "hold as coded",
    "refuted": "are refuted in most",
    "depends": "depend on the centre",
    "cannot be told": "cannot be told",
}

_SIGNS = {
    "open": "whose sign is open",
    "partly coded": "of which part is coded",
    "coded": "whose sign is coded",
}

_SIGN = {
    "coded": "A mechanism codes the sign: that it holds is no test of the sign, only of whether "
    "side effects and costs outweigh it.",
    "partly coded": "Mechanisms code part of the sign; the rest, and what outweighs it, is "
    "a result.",
    "open": "No single mechanism codes the sign: it follows from several that pull against each "
    "other, how strongly being assumed within their ranges.",
}


def percent(share: float) -> str:
    """Return a share in whole per cent."""
    return f"{100.0 * share:.0f} %"


def sets_text(findings: Findings) -> str:
    """Return what the sets are: called plausible only where all meet all bands."""
    count = len(findings.ensemble.block.sets)
    if not findings.filled:
        return f"{count} plausible parameter sets"
    return (
        f"{count} parameter sets of the ensemble, of which {len(findings.meeting)} meet all bands "
        "of the calibration"
    )


def called(findings: Findings) -> str:
    """Return the short name of all sets."""
    return "sets of the ensemble" if findings.filled else "plausible sets"


def counted(judged: Judged, verdict: int) -> str:
    """Return the share of sets with a verdict."""
    return percent(judged.share(verdict)[0]) if judged.sets else "–"


def share_text(judged: Judged, verdict: int) -> str:
    """Return the share of sets with a verdict, and its interval."""
    if not judged.sets:
        return "–"
    share, low, high = judged.share(verdict)
    return f"{percent(share)} [{100 * low:.0f}, {100 * high:.0f}]"


def counts_text(judged: Judged | Tested) -> str:
    """Return how many sets have each verdict: hold / refuted / not told."""
    return " / ".join(str(judged.count(verdict)) for verdict in (HOLDS, REFUTED, OPEN))


def left_out_text(judged: Judged) -> str:
    """Return how many sets are not counted, and why; empty where all are."""
    parts = []
    if failed := judged.count(FAILED):
        parts.append(f"in {failed} a run failed or gave no value")
    if clipped := judged.count(CLIPPED):
        parts.append(f"in {clipped} the experiment meets the end of a parameter's range")
    out = len(judged.verdicts) - judged.sets
    return f"{out} of {len(judged.verdicts)} sets are left out: {'; '.join(parts)}." if out else ""


def met_text(finding: Finding) -> str:
    """Return what the sets that meet all bands say."""
    met = finding.met
    if not met.sets:
        return "No set in which it was judged meets all bands of the calibration."
    return (
        f"Of the {met.sets} sets that meet all bands of the calibration it holds in "
        f"{share_text(met, HOLDS)} and is refuted in {share_text(met, REFUTED)}: "
        f"{told_as(finding.claim, finding.met_verdict)}."
    )


def sign_text(finding: Finding) -> str:
    """Return whether a mechanism codes the sign, in a sentence or two."""
    return _SIGN[finding.claim.sign]


def either_way(finding: Finding) -> str:
    """Return which answers were seen at all, in any set and under any variant."""
    held, refuted = finding.told(HOLDS) > 0, finding.told(REFUTED) > 0
    if held and refuted:
        return "seen both ways"
    if held:
        return "only held"
    return "only refuted" if refuted else "told nowhere"


def forms_text(finding: Finding) -> str:
    """Return the second forms with which the verdict changes."""
    return ", ".join(form.name for form in finding.forms if form.matters)


def changes_text(variant: Variant) -> str:
    """Return how many verdicts change: all, those with a clear difference, those that turn."""
    return f"{variant.changed} / {variant.clear} / {variant.turned}"


def turning_text(turning: Turning) -> str:
    """Return at which price an answer turns round, in two sentences."""
    name, unit = turning.fee, turning.unit
    count = turning.dropped
    none = "customers are kept" if turning.condition.measure == "upkeep" else "is bought by it"
    sets = f"{count} set is" if count == 1 else f"{count} sets are"
    dropped = f" {sets} left out, in which no more {none}." if count else ""
    if not len(turning.prices):
        return f"No price of {name} can be given at which this turns round.{dropped}"
    middle, low, high = (_price(each) for each in turning.quartiles)
    holds = "above" if turning.condition.measure == "upkeep" else "below"
    text = (
        f"{turning.condition.what}: the difference is 0 at {name} = {middle} {unit} in the median "
        f"set (quartiles {low} to {high}; {len(turning.prices)} sets), and the claim's side is "
        f"{holds} that. Simulated: {_span(turning.now)}."
    )
    never = f" In {turning.never} of these sets that price lies below 0." if turning.never else ""
    return f"{text}{never}{dropped}"


def _span(values: np.ndarray) -> str:
    low, high = _price(float(values.min())), _price(float(values.max()))
    return low if low == high else f"{low} to {high}"


def _price(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def lead(findings: Findings) -> str:
    """Return the counts of verdicts, apart for claims of which the sign is open or coded."""
    if not findings.filled:
        return _verdicts(findings.claims, met=False, where="")
    text = _verdicts(findings.claims, met=False, where=" over all sets of the ensemble")
    if not findings.meeting:
        return text
    return f"{text} {_verdicts(findings.claims, met=True, where=' over those that meet all')}"


def _verdicts(claims: Sequence[Finding], *, met: bool, where: str) -> str:
    parts = []
    for sign, title in _SIGNS.items():
        there = [
            told_as(each.claim, each.met_verdict if met else each.verdict)
            for each in claims
            if each.claim.sign == sign
        ]
        told = [f"{there.count(each)} {words}" for each, words in _TOLD.items() if each in there]
        if there:
            parts.append(f"{len(there)} {title} ({', '.join(told)})")
    return (
        f"Of {len(claims)} {'claim' if len(claims) == 1 else 'claims'}{where}: {'; '.join(parts)}."
    )


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
        f"{null.looks} verdicts; with chance of their own {null.holds.sum() + null.refuted.sum()} "
        f"({100 * rate:.1f} % [{100 * low:.1f}, {100 * high:.1f}], sets resampled; "
        f"{null.holds.sum()} said to hold, {null.refuted.sum()} refuted). Of single conditions "
        f"{100 * null.condition_rate:.1f} % gave a false verdict, where at most 5 % are meant to."
    )


def best_text(best: Best) -> str:
    """Return in which share of the sets each policy is best by a measure, the largest first."""
    if not best.sets:
        return "–"
    shares = sorted(best.counts.items(), key=lambda entry: -entry[1])
    parts = [f"{percent(count / best.sets)} {name}" for name, count in shares if count]
    if best.untold:
        parts.append(f"{percent(best.untold / best.sets)} cannot be told")
    return ", ".join(parts)


def leads_text(tried: Tried, place: int) -> str:
    """Return by how much a policy leads the others in a set, by fresh replications."""
    leads = [
        "{} [{}, {}] over {}".format(
            *(f"{end:+.3g}".replace("-", "−") for end in (lead.mean, lead.low, lead.high)),
            other,
        )
        for other, lead in tried.leads[place].items()
    ]
    n = next(iter(tried.leads[place].values())).n
    return f"{'; '.join(leads)} (n = {n})"


def search_text(tried: Tried) -> str:
    """Return what was searched: where it led at first, and how many of these were tried again."""
    (led, led_wide), (looked, looked_wide) = tried.led, tried.looked
    text = f"led in {led} of {looked} sets of the ensemble and {led_wide} of {looked_wide} beyond"
    if not tried.candidates:
        return text
    best = number(max(one.clear for one in tried.candidates), 1)
    return (
        f"{text}; {len(tried.candidates)} tried again (clearest: {best} standard errors), "
        f"{len(tried.confirmed)} confirmed"
    )
