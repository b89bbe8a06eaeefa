"""What a behaviour may say, who may import whom, and how large a file may grow."""

import ast
import builtins
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numba
import pytest

from sim import state

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*(ROOT / "sim").rglob("*.py"), *(ROOT / "experiments").rglob("*.py")])
IN_SIM = [path for path in SOURCES if path.is_relative_to(ROOT / "sim")]

# The same bits interpreted and compiled, on every platform's libm alike.
EXACT_MATH = {"exp", "log", "log1p", "expm1", "sqrt", "tanh", "erf", "sin", "floor", "ceil", "inf"}
BUILTINS = {"abs", "float", "int", "len", "max", "min", "range", "round", "zip"}
FORBIDDEN = (
    *(ast.Lambda, ast.Try, ast.TryStar, ast.With, ast.Yield, ast.YieldFrom, ast.Global),
    *(ast.Nonlocal, ast.GeneratorExp, ast.Set, ast.Dict, ast.DictComp, ast.SetComp, ast.JoinedStr),
)


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def behaviours_in(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef) and any(
            isinstance(mark, ast.Name) and mark.id == "behaviour" for mark in node.decorator_list
        ):
            yield node


BEHAVIOURS = [
    pytest.param(path, function, id=f"{module_name(path)}.{function.name}")
    for path in IN_SIM
    for function in behaviours_in(path)
]


def docstrings(tree: ast.AST) -> set[int]:
    """Return the identities of the constants that stand alone: docstrings and notes."""
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def test_behaviours_are_found():
    """Protects the checks below from passing because they look at nothing."""
    assert len(BEHAVIOURS) > 100
    assert len({path for path, _ in (param.values for param in BEHAVIOURS)}) > 10


def complaints(function: ast.FunctionDef) -> list[str]:
    """Return what in a behaviour the two engines would not do alike."""
    notes = docstrings(function)
    # A refusal with a fixed message is raised alike in both engines.
    refusals = {
        id(part)
        for node in ast.walk(function)
        if isinstance(node, ast.Raise)
        for part in ast.walk(node)
    }
    found = []
    for node in ast.walk(function):
        if id(node) in refusals:
            continue
        where = f"line {getattr(node, 'lineno', 0)}: "
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Pow):
            found.append(where + "**")
        elif isinstance(node, FORBIDDEN):
            found.append(where + type(node).__name__)
        elif isinstance(node, ast.FunctionDef) and node is not function:
            found.append(where + f"inner function {node.name}")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            if id(node) not in notes:
                found.append(where + repr(node.value))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in ("np", "numpy", "random"):
                found.append(where + f"{node.value.id}.{node.attr}")
            elif node.value.id == "math" and node.attr not in EXACT_MATH:
                found.append(where + f"math.{node.attr}")
        elif isinstance(node, ast.Name) and hasattr(builtins, node.id) and node.id not in BUILTINS:
            found.append(where + node.id)
    return found


@pytest.mark.parametrize(("path", "function"), BEHAVIOURS)
def test_behaviour_keeps_to_what_both_engines_do_alike(path, function):
    """Protects bit equality: no power, no libm beyond its safe part, no sum, closure or text."""
    assert complaints(function) == []


@pytest.mark.parametrize(
    "line",
    """x = y ** 2
x **= 2
x = math.pow(y, 2.0)
x = math.hypot(y, y)
x = math.lgamma(y)
x = np.exp(y)
x = sum(y)
x = pow(y, 2)
x = lambda: y
x = (yield y)
x = {y: 1}
x = y == 'strict'
x = [a for a in sorted(y)]
global x
try: x = y
except ValueError: pass""".replace("\nexcept", "\\nexcept").splitlines(),
)
def test_the_check_sees_what_is_forbidden(line):
    """Protects the check above: each forbidden thing, written into a behaviour, is reported."""
    body = line.replace("\\n", "\n").replace("\n", "\n    ")
    function = ast.parse(f'def rule(y):\n    """Rule."""\n    {body}\n').body[0]
    assert complaints(function)


@pytest.mark.parametrize("path", sorted({p.values[0] for p in BEHAVIOURS}), ids=module_name)
def test_behaviours_take_nothing_from_elsewhere(path):
    """Protects against a banned function that comes in by ``from math import pow``."""
    used = {
        node.id
        for function in behaviours_in(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Name)
    }
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] != "sim":
            taken = {alias.asname or alias.name for alias in node.names}
            assert not taken & used, f"line {node.lineno}: {node.module}"
        elif isinstance(node, ast.Import):
            taken = {alias.asname or alias.name for alias in node.names}
            assert taken & used <= {"math", "heapq"}, f"line {node.lineno}"


def policy_names() -> set[str]:
    names = {path.stem for path in (ROOT / "configs" / "policies").glob("*.toml")}
    for path in (ROOT / "configs").glob("*.toml"):
        policies = tomllib.loads(path.read_text(encoding="utf-8")).get("policies", {})
        names |= set(policies) if isinstance(policies, dict) else set()
    return names | {name.replace("-", "_") for name in names}


@pytest.mark.parametrize("path", IN_SIM, ids=module_name)
def test_no_rule_knows_a_policys_name(path):
    """Protects the fairness of the comparison: sim/ holds numbers, names belong to configs/."""
    names = policy_names()
    assert {"always-right", "strict-boundaries", "avoidant"} <= names
    hyphened = re.compile("|".join(sorted(name for name in names if re.search("[-_]", name))))
    notes = docstrings(tree_of(path))
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in notes:
            assert node.value not in names, f"line {node.lineno}"
            assert not hyphened.search(node.value), f"line {node.lineno}"
        named = getattr(node, "id", None) or getattr(node, "attr", None)
        assert not (isinstance(named, str) and hyphened.search(named)), f"line {node.lineno}"


MODULES = {module_name(path): path for path in SOURCES}


def is_for_types_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def statements(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not is_for_types_only(child):
            yield child
            yield from statements(child)


@cache
def imports_of(name: str) -> frozenset[str]:
    """Return the project's modules that importing ``name`` may run, packages above them too."""
    path = MODULES[name]
    package = name if path.stem == "__init__" else name.rpartition(".")[0]
    found: set[str] = set()
    for node in statements(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base] if base else above)
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    found |= {module.rpartition(".")[0] for module in found}
    return frozenset(m for m in found if m in MODULES and not f"{name}.".startswith(f"{m}."))


def reachable(name: str) -> set[str]:
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        for module in imports_of(waiting.pop()) - seen:
            seen.add(module)
            waiting.append(module)
    return seen


@pytest.mark.parametrize("name", [name for name in MODULES if name.split(".")[0] == "sim"])
def test_sim_never_imports_experiments(name):
    """Protects the model's independence: it can be used without the laboratory around it."""
    assert not {module for module in reachable(name) if module.split(".")[0] == "experiments"}
    assert "import experiments" not in MODULES[name].read_text(encoding="utf-8")


LAYERS = [
    ["sim"],
    ["experiments.config"],
    ["experiments.store.folder", "experiments.runner", "experiments.design"],
    ["experiments.analysis"],
    ["experiments.figures"],
    ["experiments.report", "experiments.demo"],
    ["experiments.cli"],
]


def layer_of(name: str) -> int | None:
    for level, heads in enumerate(LAYERS):
        if any(f"{name}.".startswith(f"{head}.") for head in heads):
            return level
    return None


@pytest.mark.parametrize("name", [name for name in MODULES if layer_of(name) is not None])
def test_imports_run_one_way(name):
    """Protects the layers of the house, through whatever helper module the way may lead."""
    level = layer_of(name)
    above = {m for m in reachable(name) if layer_of(m) is not None and layer_of(m) > level}
    assert not above


@pytest.mark.parametrize("name", MODULES)
def test_no_module_imports_itself_by_a_detour(name):
    """Protects against cycles, those hidden inside functions too."""
    assert name not in reachable(name)


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_files_stay_readable_in_one_sitting(path):
    """Protects the reader: a file is split before it reaches 400 lines."""
    assert len(path.read_text(encoding="utf-8").splitlines()) < 400


def test_vector_library_is_off():
    """Protects the last bit of exp and log: SVML's differ from the platform's libm."""
    assert numba.config.USING_SVML is False


DTYPES = {name: dtype for name, dtype in vars(state).items() if hasattr(dtype, "fields")}
DTYPES = {name: dtype for name, dtype in DTYPES.items() if getattr(dtype, "names", None)}


@pytest.mark.parametrize("name", DTYPES)
def test_columns_store_what_python_stores(name):
    """Protects bit equality in storage: narrow or unsigned columns wrap or turn to floats."""
    for column, (dtype, *_) in DTYPES[name].fields.items():
        base, shape = dtype.subdtype or (dtype, ())
        assert base.str[1:] in ("i8", "f8", "b1"), column
        assert len(shape) <= 1, column


def test_every_record_of_the_floor_is_checked():
    """Protects the test above from missing a new record."""
    assert {id(dtype) for dtype in state.ROWS.values()} <= {id(dtype) for dtype in DTYPES.values()}
