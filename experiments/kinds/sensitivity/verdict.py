"""What a sensitivity analysis comes to, for those who must decide: a few plain sentences."""

from experiments.analysis.sensitivity.ranking import Ranked, Sides, ranked
from experiments.figures.setting import better_side, listed, name_of
from experiments.kinds.sensitivity.findings import Explained, Findings, Output
from experiments.kinds.varied.ranges import numbers

_MOST = 3
"""Parameters that a sentence names."""


def verdict(found: Findings) -> list[str]:
    """Return whether anything turns an answer round, and on what its size hangs most.

    Parameters
    ----------
    found : Findings
        What was found.
    """
    explained = found.explained
    if explained is None:
        return [
            "The screening kept no parameter: nothing that varied moved a measure, or a "
            "difference between policies, by more than chance."
        ]
    answers = [each for each in found.outputs if each.is_contrast]
    said = [_answer(found, explained, each) for each in answers]
    return said or [_number(found, explained, each) for each in found.outputs]


def _answer(found: Findings, explained: Explained, each: Output) -> str:
    """Return which of two policies is ahead and where, and what decides by how much."""
    titles = found.request.titles
    a, b = titles[each.policy], titles[each.less]
    what, hangs = name_of(each.measure), _hangs(explained, each)
    sides = explained.sides[each.name]
    if not sides.points:
        return f"Of {a} and {b} nothing can be said in {what}."
    first, other = (a, b) if _ahead(each, sides) else (b, a)
    word = "better" if better_side(each.measure) else "higher"
    points = f"{sides.points:,} points tried"
    if sides.settled:
        return (
            f"{first} is {word} than {other} in {what} at all {points}, by their means: nothing "
            f"that was varied was seen to turn that round. By how much {hangs}."
        )
    most, least = (100.0 * end(sides.above, sides.below) for end in (max, min))
    return (
        f"{first} is {word} than {other} in {what} at {most:.0f} % of {points} and {other} at "
        f"{least:.0f} %, by their means: the answer may turn round within these ranges. The "
        f"difference {hangs}."
    )


def _ahead(each: Output, sides: Sides) -> bool:
    """Return whether the first of the two policies is ahead at most points."""
    return (sides.above > sides.below) == (better_side(each.measure) >= 0)


def _number(found: Findings, explained: Explained, each: Output) -> str:
    text = f"{called(each, found.request.titles)} {_hangs(explained, each)}."
    return text[0].upper() + text[1:]


def _hangs(explained: Explained, each: Output) -> str:
    """Return on which parameters an output hangs, with their shares of its variance."""
    sure = [row for row in ranked(explained.indices, each.name) if row.verdict == "matters"]
    if not sure:
        return "hangs on nothing that could be told from chance"
    told = [f"{plainly(row.parameter)} ({_about(row)}{_share(row)})" for row in sure[:_MOST]]
    told[0] = told[0].replace(" % ", " % of what varies ", 1)
    more = [f"{len(sure) - _MOST} more"] if len(sure) > _MOST else []
    return f"hangs most on {listed([*told, *more])}"


def _about(row: Ranked) -> str:
    """Return what a parameter is, where its name is not all there is to say."""
    known = numbers()
    about = known[row.parameter].note if row.parameter in known else ""
    return f"{about}: " if about and about != plainly(row.parameter) else ""


def _share(row: Ranked) -> str:
    mean, low, high = (min(100.0, max(0.0, 100.0 * each)) for each in row.total[:3])
    return f"{mean:.0f} % [{low:.0f}, {high:.0f}]"


def plainly(parameter: str) -> str:
    """Return what people call a parameter: "anger of moves: listen"."""
    return parameter.replace(".", ": ").replace("_", " ")


def called(output: Output, titles: dict[str, str]) -> str:
    """Return what people call an output, as part of a sentence."""
    what = name_of(output.measure)
    if output.is_contrast:
        return f"{what} of {titles[output.policy]} less {titles[output.less]}"
    return f"{what} under {titles[output.policy]}"
