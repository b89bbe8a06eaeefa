"""Whether a results folder may take an experiment's rows, and what it is told about it."""

import json
import shutil
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from experiments.config import Experiment, load_experiment, to_toml
from experiments.design import fingerprint, model_version
from experiments.errors import RequestError
from experiments.saying import Say
from experiments.store.parquet import PART, write_text, writing

_ANOTHER = (
    "Give another results folder by --out DIR, or --replace, which moves this one aside to "
    "{name}.old-TIME"
)


def recorded(path: Path) -> dict[str, Any]:
    """Return the provenance of a folder, empty where there is none that can be read."""
    try:
        found = json.loads((path / "provenance.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def config_hash(experiment: Experiment) -> str:
    """Return the hash of what an experiment asks for: its rows, but not how many of them."""
    return fingerprint(
        {
            "name": experiment.name,
            "warmup_days": experiment.warmup_days,
            "days": experiment.days,
            "log_contacts": experiment.log_contacts,
            "seed": experiment.seed,
            "centre": experiment.centre.model_dump(),
            "neutral": experiment.neutral_policy().model_dump(),
            "policies": [
                (name, policy.model_dump(), _switched(experiment, name))
                for name, policy in experiment.resolved().items()
            ],
        }
    )


def _switched(experiment: Experiment, name: str) -> list[tuple[int, Any]]:
    return [(day, policy.model_dump()) for day, policy in experiment.switches(name)]


def identity(experiment: Experiment) -> dict[str, Any]:
    """Return what a folder is known by again, the beginning of its provenance."""
    return {
        "config_hash": config_hash(experiment),
        "model": model_version(),
        "log_contacts": experiment.log_contacts,
    }


def refuse_unfit(path: Path, experiment: Experiment) -> None:
    """Refuse a folder that holds something else.

    Parameters
    ----------
    path : Path
        The results folder; it need not be there.
    experiment : Experiment
        What is to be run.

    Raises
    ------
    RequestError
        Where it holds another config's results, another version of the model's, none at
        all, or files that say what it holds and are damaged.
    """
    problem = _mismatch(path, identity(experiment))
    if problem:
        way_out = _ANOTHER.format(name=path)
        raise RequestError([f"{path}: {problem}; nothing was changed. {way_out}"])
    config = path / "config.toml"
    if config.exists():
        _refuse_damaged_config(config, experiment)


def _mismatch(path: Path, wanted: Mapping[str, Any]) -> str:
    """Return why the folder cannot take rows of that identity, or nothing."""
    if not path.exists():
        return ""
    if not path.is_dir():
        return "is a file"
    try:
        found = json.loads((path / "provenance.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        there = any(not _is_part(each) for each in path.iterdir())
        return "is not empty and has no provenance.json" if there else ""
    except (OSError, ValueError) as error:
        return f"its provenance.json is damaged ({error}), which says what results these are"
    if not isinstance(found, dict) or "config_hash" not in found or "model" not in found:
        return "its provenance.json is damaged (it does not say what results these are)"
    if found["config_hash"] != wanted["config_hash"]:
        return "holds the results of another config of that name"
    if found["model"] != wanted["model"]:
        return "holds results of another version of the model"
    return ""


def _refuse_damaged_config(config: Path, experiment: Experiment) -> None:
    way_out = (
        "nothing was changed. Move it away, and give the same command again: it will be written "
        "again, and the runs that are there will be kept"
    )
    try:
        kept = load_experiment(config)
    except RequestError as error:
        lines = error.messages[:5]
        raise RequestError([*lines, f"{config}: damaged; {way_out}"]) from None
    if experiment.precision and experiment.replications < kept.replications:
        raise RequestError(
            [
                f"{config}: was begun with replications = {kept.replications}; with precision they "
                f"are the first stage and cannot be fewer (given {experiment.replications}); "
                "nothing was changed. Give that number, or another results folder by --out DIR"
            ]
        )
    if config_hash(kept) != config_hash(experiment):
        raise RequestError([f"{config}: is not the config of the results beside it; {way_out}"])


def settle_config(path: Path, experiment: Experiment, say: Say) -> None:
    """Write the experiment as resolved into its folder, or mend what is there.

    The larger number of replications stays. A file that says anything else anew is kept
    beside it as config.toml.1, .2 and so on.

    Parameters
    ----------
    path : Path
        A folder that may take the experiment.
    experiment : Experiment
        What is to be run.
    say : callable
        Told of a file that was there and is changed.
    """
    config = path / "config.toml"
    if not config.exists():
        write_text(config, to_toml(experiment))
        return
    before = config.read_text(encoding="utf-8")
    kept = load_experiment(config)
    count = max(kept.replications, experiment.replications)
    if experiment.replications < kept.replications:
        say(
            f"{path}: was run for {kept.replications} replications before: all that are there are "
            "kept and reported"
        )
    wanted = with_replications(experiment, count)
    if to_toml(wanted) == before:
        return
    if to_toml(with_replications(kept, count)) == to_toml(wanted) and to_toml(kept) == before:
        say(f"{config}: replications changed from {kept.replications} to {count}")
    else:
        aside = _free(config)
        write_text(aside, before)
        say(f"{config}: written anew, the rows are the same; the old one is kept as {aside.name}")
    write_text(config, to_toml(wanted))


def with_replications(experiment: Experiment, count: int) -> Experiment:
    """Return an experiment with another number of replications, as a file may ask for it."""
    precision = tuple(
        each.model_copy(update={"max_replications": max(each.max_replications, count)})
        for each in experiment.precision
    )
    return experiment.model_copy(update={"replications": count, "precision": precision})


def _free(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.{number}")).exists():
        number += 1
    return aside


def tidy(path: Path) -> None:
    """Delete what a killed process was writing; it never counted."""
    with suppress(OSError):  # a folder that cannot be written to: what writes will tell
        for folder in (path, path / "shards", path / "contacts", path / "figures"):
            for left in [each for each in folder.glob(f".*{PART}") if _is_part(each)]:
                if left.is_dir():
                    shutil.rmtree(left)
                else:
                    left.unlink()


def _is_part(path: Path) -> bool:
    return path.name.startswith(".") and path.name.endswith(PART)


def move_aside(path: Path) -> Path:
    """Move a folder to NAME.old-TIME, and return where it went."""
    stamp = f"{datetime.now():%Y%m%d-%H%M%S}"
    target = path.with_name(f"{path.name}.old-{stamp}")
    count = 1
    while target.exists():
        count += 1
        target = path.with_name(f"{path.name}.old-{stamp}-{count}")
    with writing(path.parent):
        path.rename(target)
    return target
