"""What the shell offers when Tab is pressed: quick, and silent whatever goes wrong.

Each function takes what has been typed of a word and returns what it may become. What
is heavy is imported inside, and only by those that need it.
"""

import ast
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from pathlib import Path

import typer

Offers = list[tuple[str, str]]
"""Completions with what each is, for shells that show it."""


def _quiet(offer: Callable[[str], Iterable[tuple[str, str]]]) -> Callable[[str], Offers]:
    """Keep what begins as typed; a mistake somewhere offers nothing and says nothing."""

    @wraps(offer)
    def quiet(incomplete: str) -> Offers:
        try:
            return [each for each in offer(incomplete) if each[0].startswith(incomplete)]
        except Exception:  # in the middle of a command line is no place to complain
            return []

    return quiet


@_quiet
def configs(incomplete: str) -> Iterator[tuple[str, str]]:
    """Offer shipped experiments by name, and TOML files and folders by path."""
    from experiments.catalogue import shipped_configs

    yield from ((name, "shipped") for name in shipped_configs())
    typed = Path(incomplete)
    folder = typed if incomplete.endswith("/") else typed.parent
    found = list(_files(folder, hidden=typed.name.startswith(".")))
    yield from found
    inside = [name for name, _ in found if name.startswith(incomplete)]
    if len(inside) == 1 and inside[0].endswith("/"):
        # With what is in it: a folder alone would be taken for the end of the word.
        yield from _files(Path(inside[0]))


def _files(folder: Path, *, hidden: bool = False) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") and not hidden:
            continue
        if path.is_dir():
            yield f"{path.as_posix()}/", "folder"
        elif path.suffix == ".toml":
            yield path.as_posix(), "file"


def results(ctx: typer.Context, incomplete: str) -> Offers:
    """Offer the names of the experiments that have results in the folder of ``--out``."""

    @_quiet
    def offer(incomplete: str) -> Iterator[tuple[str, str]]:
        root = Path(ctx.params.get("out") or "results")
        for path in sorted(root.iterdir()):
            if (path / "provenance.json").is_file():
                yield path.name, "results"

    return offer(incomplete)


@_quiet
def kinds(incomplete: str) -> Iterator[tuple[str, str]]:
    """Offer the kinds of experiments."""
    from experiments.config import COMPARE, OTHER_KINDS

    yield from ((kind, "kind of experiment") for kind in (COMPARE, *OTHER_KINDS))


@_quiet
def groups(incomplete: str) -> Iterator[tuple[str, str]]:
    """Offer the groups of parameters."""
    from experiments.command.tables import sections

    yield from ((section.name, section.note) for section in sections())


@_quiet
def figures(incomplete: str) -> Iterator[tuple[str, str]]:
    """Offer the figures of the bench, read off its source: to import it takes half a second."""
    source = Path(__file__).parents[1] / "bench" / "__init__.py"
    for node in ast.parse(source.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Dict):
            for key in node.value.keys:
                if isinstance(key, ast.Constant):
                    yield str(key.value), "figure of the bench"


@_quiet
def clusters(incomplete: str) -> Iterator[tuple[str, str]]:
    """Offer the beginnings of a cluster's address, and an example of each."""
    # Of two completions the shell takes what they share, with no space after it.
    kinds = {
        "local:": ("2", "worker processes on this machine"),
        "tcp://": ("localhost:8786", "the address of a Dask scheduler"),
        "slurm:": ("4", "Slurm jobs"),
        "pbs:": ("4", "PBS jobs"),
    }
    for begin, (example, note) in kinds.items():
        yield begin, note
        yield begin + example, f"for example: {note}"


@_quiet
def policies(incomplete: str) -> Iterator[tuple[str, str]]:
    """Offer the shipped policies."""
    from experiments.catalogue import shipped_policies

    yield from ((name, "policy") for name in shipped_policies())


@_quiet
def sets(incomplete: str) -> Iterator[tuple[str, str]]:
    """Offer the keys of ``--set``, and values once the key is there: the names of policies.

    Where one key is left its default is offered too: of two completions the shell takes
    what they share, the key with ``=`` and no space after it.
    """
    key, equals, _ = incomplete.partition("=")
    found = dict(_keys())
    if equals:
        yield from ((f"{key}={value}", "") for value in _values(key, found.get(key, "")))
        return
    matching = [name for name in found if name.startswith(incomplete)]
    for name in matching:
        yield f"{name}=", ""
    if len(matching) == 1 and found[matching[0]]:
        yield f"{matching[0]}={found[matching[0]]}", "default"


def _values(key: str, default: str) -> Iterator[str]:
    from experiments.catalogue import shipped_policies

    if key == "neutral" or key.endswith((".base", ".policy")):
        yield from shipped_policies()
    elif key == "measure_over":
        yield from ("years", "whole", "steady")
    elif default in ("true", "false"):
        yield from ("true", "false")
    elif default:
        yield default


def _keys() -> Iterator[tuple[str, str]]:
    """Yield every key that takes one value, with its default as TOML; empty where it has none."""
    from experiments.config import Experiment
    from sim.parameters import describe
    from sim.policy import Support

    tables = ("centre", "support", "policy")
    for name, field in Experiment.model_fields.items():
        if name not in tables:
            yield name, "" if field.is_required() else _as_toml(field.default)
    for row in describe():
        yield f"centre.{row.name}", _as_toml(row.default)
    for name, field in Support.model_fields.items():
        yield f"support.{name}", _as_toml(field.default)


def _as_toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float | str) else ""
