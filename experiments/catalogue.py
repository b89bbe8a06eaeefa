"""Where the shipped experiments and policies are."""

from importlib import resources
from pathlib import Path

from experiments.errors import RequestError, hint, shown


def shipped_folder() -> Path:
    """Return the folder of the shipped files, in a wheel or in a checkout."""
    # A wheel carries configs/ inside this package; a checkout has it beside it. The
    # package's own comes first: what lies beside an installed package is someone else's.
    inside = Path(str(resources.files("experiments"))) / "shipped"
    return inside if inside.is_dir() else Path(__file__).resolve().parents[1] / "configs"


def shipped_configs() -> dict[str, Path]:
    """Return the shipped experiment files by name."""
    return _files(shipped_folder())


def shipped_policies() -> dict[str, Path]:
    """Return the shipped policy files by name."""
    return _files(shipped_folder() / "policies")


def _files(folder: Path) -> dict[str, Path]:
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def find_config(source: str | Path) -> Path:
    """Return the path of an experiment file.

    Parameters
    ----------
    source : str or Path
        A path, or the bare name of a shipped experiment. A file of that name goes first.

    Raises
    ------
    RequestError
        Where there is neither.
    """
    path = Path(source)
    shipped = shipped_configs()
    # A bare name may carry its ending, or the folder it has in a checkout.
    bare = path.name.removesuffix(".toml") if path.parent in (Path(), Path("configs")) else ""
    try:
        if path.is_file() or (path.exists() and bare not in shipped):
            return path
    except (OSError, ValueError) as error:  # too long a name, a zero byte in it
        raise RequestError([f"{shown(str(source))}: cannot be read: {error}"[:300]]) from None
    if bare in shipped:
        return shipped[bare]
    names = ", ".join(shipped)
    known = f"allowed: a path, or the name of a shipped experiment ({names})"
    raise RequestError([f"{str(source)[:300]}: no such file; {known}{hint(path.stem, shipped)}"])
