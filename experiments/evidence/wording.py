"""Findings on facts in words and short numbers, for the terminal and for the page."""

import math
from collections.abc import Sequence

from experiments.analysis.interval import Interval
from experiments.analysis.wording import UNDEFINED, bracketed, decimals, number
from experiments.evidence.fact import Estimate, Fact, Part
from experiments.evidence.judging import MISSED, VERDICTS, Judged, counts, judged_parts, untouched

NOT_JUDGED = "reported only"
TOLERANCE = "*"
"""Marks a band that is this project's tolerance and no published interval."""

MENDED = "†"
"""Marks a fact after whose failure a mechanism was added to the model."""

_CLASSES = {"C": "may be calibrated to", "E": "must emerge"}


def value_text(estimate: Estimate) -> str:
    """Return a value with its interval: "0.42 [0.39, 0.45]"."""
    if not math.isfinite(estimate.value):
        return UNDEFINED
    shown = Interval(estimate.value, estimate.low, estimate.high, 2)
    places = decimals([shown])
    if not (math.isfinite(estimate.low) and math.isfinite(estimate.high)):
        return number(estimate.value, places)
    return bracketed(shown, places)


def band_text(part: Part) -> str:
    """Return the band: "[0.35, 0.80]*", "≥ 0", "> 0", "≤ 0.005*"; * marks a tolerance."""
    if not part.judged:
        return NOT_JUDGED
    low, high = (_plain(end) for end in (part.low, part.high))
    mark = "" if part.published or _sign_only(part) else TOLERANCE
    if math.isinf(part.low) and math.isinf(part.high):
        return UNDEFINED
    if math.isinf(part.high):
        return f"{'>' if part.strict else '≥'} {low}{mark}"
    if math.isinf(part.low):
        return f"{'<' if part.strict else '≤'} {high}{mark}"
    return f"({low}, {high}){mark}" if part.strict else f"[{low}, {high}]{mark}"


def marked(fact: Fact) -> str:
    """Return a fact's id, with † where it is no unseen test any more."""
    return fact.id + (MENDED if fact.mended else "")


def _sign_only(part: Part) -> bool:
    """Return whether only the sign is asked for: no size was chosen by anybody."""
    return {part.low, part.high} <= {0.0, math.inf, -math.inf}


def _plain(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def lead(judged: Sequence[Judged]) -> str:
    """Return the answer in a sentence for each class that was asked for."""
    said = [_of_class(judged, "E"), _unseen(judged), _of_class(judged, "C")]
    return " ".join(sentence for sentence in said if sentence)


def _of_class(judged: Sequence[Judged], use: str) -> str:
    found = counts(judged, use)
    total = sum(found.values())
    if not total:
        return ""
    verbs = {
        "holds": "hold" if found["holds"] != 1 else "holds",
        "fails": "fail" if found["fails"] != 1 else "fails",
        "cannot be told": "cannot be told",
    }
    parts = [f"{found[verdict]} {verbs[verdict]}" for verdict in VERDICTS]
    facts = f"{total} fact{'s' if total > 1 else ''} that {_CLASSES[use]} ({use})"
    return f"Of the {facts}, {parts[0]}, {parts[1]} and {parts[2]}."


def _unseen(judged: Sequence[Judged]) -> str:
    """Return how many of the facts hold that were never acted upon; nothing if none ever was."""
    mended = [each.fact.id for each in judged if each.fact.mended]
    if not mended:
        return ""
    said = f"The model was mended after {_listed(mended)} had failed in a first run"
    left = untouched(judged)
    if not left:
        return f"{said}: {'it is' if len(mended) == 1 else 'they are'} no unseen test any more."
    held = [each.verdict for each in left].count("holds")
    ids = ", ".join(each.fact.id for each in left)
    return (
        f"{said}; of the {len(left)} never acted upon ({ids}), {held} "
        f"{'holds' if held == 1 else 'hold'}."
    )


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def chance(judged: Sequence[Judged]) -> list[str]:
    """Return what chance alone would do with so many parts, in sentences."""
    count = judged_parts(judged)
    doubled = [each.fact.id for each in judged if each.doubled]
    said = [
        f"Every verdict of a part, of which there {_are(count)} {count}, comes from the part's own "
        "95 % interval; nothing is corrected for their number.",
        "A part whose true value lies just on the edge of its band gets the wrong verdict by "
        f"chance in about {100 * MISSED:.1f} % of samples; if all of them lay there, about "
        f"{count * MISSED:.1f} wrong verdicts were to be expected. The further from the edge, the "
        "rarer: chance does not explain a value that lies many intervals away from its band.",
    ]
    if doubled:
        said.append(
            f"Looked at more than once, because the first look could not tell: "
            f"{', '.join(doubled)}. Each look is another chance of a wrong verdict, at most as "
            "large as the first one's."
        )
    return said


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def sizes(judged: Sequence[Judged]) -> str:
    """Return what the intervals rest on: "96 to 192 centres, 400 persons"."""
    found: dict[str, list[int]] = {}
    for each in judged:
        for estimate in each.estimates.values():
            if estimate.n:
                found.setdefault(estimate.of, []).append(estimate.n)
    texts = [
        f"{min(counts):,}"
        + (f" to {max(counts):,}" if max(counts) > min(counts) else "")
        + f" {of}"
        for of, counts in found.items()
    ]
    return ", ".join(texts) or "nothing"
