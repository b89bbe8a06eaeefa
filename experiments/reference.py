"""The small files of the main job, which the repository keeps."""

import shutil
from pathlib import Path

from experiments.store.parquet import written_aside

SMALL = ("summary.json", "config.toml", "provenance.json", "report.html")

KEPT = (".svg", ".csv")
"""What is kept of a figure: the drawing and its data."""


def keep(source: Path, target: Path) -> Path:
    """Copy the small files of a results folder.

    Parameters
    ----------
    source : Path
        The results folder.
    target : Path
        Where to; figures that are no longer made are removed there.

    Returns
    -------
    Path
        ``target``.
    """
    figures = target / "figures"
    figures.mkdir(parents=True, exist_ok=True)
    # Pictures for the screen are made again from the results; the drawings stay.
    made = sorted(path for path in (source / "figures").iterdir() if path.suffix in KEPT)
    for old in figures.iterdir():
        if old.name not in {path.name for path in made}:
            old.unlink()
    for path in [source / name for name in SMALL] + made:
        folder = figures if path in made else target
        with written_aside(folder / path.name) as aside:
            shutil.copyfile(path, aside)
    return target
