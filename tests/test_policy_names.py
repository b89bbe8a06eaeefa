"""No code of the model, its evidence or its calibration knows a policy by name.

Which policy wins must follow from its numbers. So a policy's name may be written in a file of
settings, or handed on to be looked up, and nowhere decide anything.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.state import POLICY

ROOT = Path(__file__).resolve().parents[1]
SEARCHED = ("sim", "experiments/evidence", "experiments/calibration")
NAMES = frozenset(path.stem for path in (ROOT / "configs/policies").glob("*.toml"))
ALLOWED = {
    # The warm-up's policy, the same for everything that is compared later.
    "experiments/evidence/centres.py": {"NEUTRAL": "neutral"},
    # S20 holds the handling fixed and compares packages of support under it.
    "experiments/evidence/datasets/packages.py": {"HANDLING": "balanced"},
}
"""The constants that may hold a policy's name."""

CONSTANTS = frozenset(name for held in ALLOWED.values() for name in held)
LOOKED_UP_BY = frozenset({"shipped_policy", "under"})
"""What such a constant may be handed to: both return the policy's numbers."""


def sources() -> list[Path]:
    return sorted(path for folder in SEARCHED for path in (ROOT / folder).rglob("*.py"))


def allowed_literal(statement: ast.stmt, allowed: dict[str, str]) -> ast.expr | None:
    """Return the literal of ``NAME = "name"`` if this is such a constant, and allowed."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=value) as literal):
            return literal if name in allowed and allowed[name] == value else None
    return None


def offences(text: str, allowed: dict[str, str]) -> Iterator[str]:
    """Yield each place where a policy's name stands, or where a constant with one is used.

    Anywhere, not in comparisons alone: a key of a table or a case of a match decides as well.
    A docstring or a comment may mention a name, for it is never equal to one.
    """
    tree = ast.parse(text)
    fine = {id(allowed_literal(statement, allowed)) for statement in tree.body}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called in LOOKED_UP_BY:
                fine |= {id(one) for one in node.args if not isinstance(one, ast.Constant)}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(value)) if value in NAMES and id(node) not in fine:
                yield f"line {node.lineno}: {value!r}"
            case ast.Name(id=name, ctx=ast.Load()) | ast.Attribute(attr=name):
                if name in CONSTANTS and id(node) not in fine:
                    yield f"line {node.lineno}: {name} is used other than to look a policy up"
            case ast.alias(name=name, asname=str(other)) if name in CONSTANTS:
                yield f"line {node.lineno}: {name} goes by another name, {other}"


def test_no_code_knows_a_policy_by_name() -> None:
    """Protects the comparison of policies: nobody is favoured by what it is called."""
    found = {}
    for path in sources():
        where = path.relative_to(ROOT).as_posix()
        found[where] = list(offences(path.read_text("utf-8"), ALLOWED.get(where, {})))
    assert {where: told for where, told in found.items() if told} == {}


@pytest.mark.parametrize("where", ALLOWED)
def test_each_exception_is_still_needed(where: str) -> None:
    """Protects the rule from exceptions that nobody needs any more."""
    body = ast.parse((ROOT / where).read_text("utf-8")).body
    held = [one for one in body if allowed_literal(one, ALLOWED[where]) is not None]
    assert len(held) == len(ALLOWED[where])


@pytest.mark.parametrize(
    "text",
    [
        'if policy == "balanced": pass',
        'gain = 2.0 if "strict-boundaries" != policy else 1.0',
        'if policy in ("neutral", "no-such-policy"): pass',
        'bonus = {"always-right": 0.1}.get(policy, 0.0)',
        'match policy:\n    case "avoidant": pass',
        'def grant(policy, best="balanced"): pass',
        "if policy == NEUTRAL: pass",
        "if policy == centres.NEUTRAL: pass",
        "bonus = {HANDLING: 0.1}",
        "from experiments.evidence.centres import NEUTRAL as usual",
        'start = warm_up(centre, drawn.under("neutral"))',
        'OTHER = "neutral"',
        'NEUTRAL = "balanced"',
    ],
)
def test_each_way_of_knowing_a_name_is_told(text: str) -> None:
    """Protects the search itself: what it is for, it finds."""
    allowed = {name: value for held in ALLOWED.values() for name, value in held.items()}
    assert list(offences(text, allowed))


@pytest.mark.parametrize(
    "text",
    [
        '"""Under the balanced policy."""',
        'NEUTRAL = "neutral"',
        "start = warm_up(centre, drawn.under(NEUTRAL))",
        "from experiments.evidence.centres import NEUTRAL",
    ],
)
def test_what_decides_nothing_is_let_be(text: str) -> None:
    """Protects the search from false alarms, for which people would widen the exceptions."""
    allowed = {name: value for held in ALLOWED.values() for name, value in held.items()}
    assert list(offences(text, allowed)) == []


def test_the_files_and_the_names_are_there() -> None:
    """Protects the search from finding nothing because it looks at nothing."""
    assert {"always-right", "balanced", "strict-boundaries", "neutral"} <= NAMES
    found = {path.relative_to(ROOT).as_posix() for path in sources()}
    assert {"sim/behaviours/choice.py", "experiments/calibration/targets.py", *ALLOWED} <= found


def test_the_model_is_not_told_the_name() -> None:
    """Protects the rules: a policy reaches them as numbers alone, so none can look at a name."""
    kinds = {str(name): POLICY[name].base.kind for name in POLICY.names or ()}
    assert len(kinds) > 10
    assert {name: kind for name, kind in kinds.items() if kind not in "bif"} == {}
