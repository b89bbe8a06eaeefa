"""Which kinds of experiments there are beside "compare", and where each is.

A kind is loaded when it is asked for: what looks at files must not wait for statistics.
"""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from experiments.config import COMPARE, OTHER_KINDS, Experiment
from experiments.errors import RequestError, hint, no_such, shown
from experiments.given import read_given

HOMES = {kind: f"experiments.kinds.{kind}.session" for kind in OTHER_KINDS}
"""Kind: the module that has ``run``."""

OWN_CENTRE = "own-centre"
"""The kind of file that is calibrated, and not run."""

REQUESTS = {kind: f"experiments.kinds.{kind}.request" for kind in OTHER_KINDS}
"""Kind: the module that has the model of its file, ``Request``.
``load_request`` is in one of the two."""


def kind_of(source: str | Path, overrides: Sequence[str] = ()) -> str:
    """Return the kind that a file asks for; "compare" where it asks for none.

    Parameters
    ----------
    source : str or Path
        A path, or the bare name of a shipped experiment.
    overrides : sequence of str
        ``key=value`` strings that go before the file.

    Raises
    ------
    RequestError
        Where there is no such file, it cannot be read, or there is no such kind: of the keys of
        which nothing else could be said.
    """
    given = read_given(source, overrides)
    kind = given.raw.get("kind", COMPARE)
    if isinstance(kind, str) and kind in (COMPARE, *HOMES):
        return kind
    where = f"{given.where(('kind',))}kind: "
    if kind == OWN_CENTRE:
        raise RequestError([f"{where}{shown(kind)} is calibrated: frontline calibrate {source}"])
    allowed = ", ".join(f'"{each}"' for each in (COMPARE, *HOMES))
    near = hint(kind, (COMPARE, *HOMES)) if isinstance(kind, str) else ""
    raise RequestError([f"{where}given {shown(kind)}; allowed: {allowed}{near}"])


def load_of(kind: str, source: str | Path, overrides: Sequence[str] = ()) -> Any:
    """Return what a file of a kind asks for.

    Parameters
    ----------
    kind : str
        Which.
    source, overrides
        The file, and what goes before it.

    Raises
    ------
    RequestError
        With one message for each mistake, all of them at once.
    """
    module = import_module(REQUESTS[kind])
    if not hasattr(module, "load_request"):
        module = import_module(HOMES[kind])
    return module.load_request(source, overrides)


def request_of(kind: str) -> type[BaseModel]:
    """Return the model of the files of a kind.

    Raises
    ------
    RequestError
        Where there is no such kind.
    """
    if kind == COMPARE:
        return Experiment
    if kind not in REQUESTS:
        raise RequestError([no_such("kind of experiment", kind, (COMPARE, *REQUESTS))])
    found = import_module(REQUESTS[kind]).Request
    assert issubclass(found, BaseModel)
    return found


def run_file(
    kind: str,
    source: str | Path,
    overrides: Sequence[str],
    engine: str,
    options: Mapping[str, Any],
) -> int:
    """Run what a file of a kind other than "compare" asks for, and return the exit status.

    Parameters
    ----------
    kind : str
        Which.
    source, overrides
        The file, and what goes before it.
    engine : str
        These kinds are run on the compiled one only.
    options : mapping
        As the kind's ``run`` takes them.

    Raises
    ------
    RequestError
        Where the file or an option is wrong.
    """
    request = load_of(kind, source, overrides)
    if engine != "compiled":
        raise RequestError(
            [
                f'--engine: given "{engine}"; allowed with kind = "{kind}": "compiled", on which '
                "the rows are the same"
            ]
        )
    status: int = import_module(HOMES[kind]).run(request, **options)
    return status


def kind_in(folder: Path) -> str:
    """Return the kind of the results in a folder, by its config; "compare" where none is told."""
    config = folder / "config.toml"
    try:
        return kind_of(config) if config.is_file() else COMPARE
    except RequestError:
        return COMPARE
