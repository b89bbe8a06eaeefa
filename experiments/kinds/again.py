"""What follows from results made again: tables, figures and page, with nothing simulated."""

from pathlib import Path

from experiments.errors import RequestError
from experiments.registry import run_file
from experiments.store.opening import recorded


def make_again(kind: str, folder: Path, go_on: str) -> int:
    """Make what follows from results again, and print where the page is.

    Whatever has been simulated is kept; nothing is simulated where that would take its time.

    Parameters
    ----------
    kind : str
        Other than "compare".
    folder : Path
        The results.
    go_on : str
        The command that goes on where this one is cut short.

    Raises
    ------
    RequestError
        Where something is left to be simulated, with the command that does that.
    """
    rest = f"To simulate what is missing: frontline run {folder / 'config.toml'}"
    if folder.parent != Path("results"):
        rest += f" --out {folder.parent}"
    state = recorded(folder).get("state")
    if state != "complete":
        raise RequestError(
            [f"{folder}: is not complete but {state or 'of no known state'}. {rest}"]
        )
    if not any((folder / "jobs").glob("*.npz")):
        raise RequestError([f"{folder}: its finished jobs, in jobs/, are gone. {rest}"])
    options = {"root": folder.parent, "quiet": True, "go_on": go_on}
    status = run_file(kind, folder / "config.toml", [], "compiled", options)
    print(folder / "report.html")
    return status
