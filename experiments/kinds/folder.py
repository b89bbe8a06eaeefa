"""The folder of one result: whose it is, what is refused, and where what lies in it comes from."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from experiments.design import model_version
from experiments.errors import RequestError
from experiments.provenance import command, environment
from experiments.store import parquet
from experiments.store.opening import move_aside, recorded, tidy

JOBS = "jobs"
"""The folder of finished jobs in it."""


@dataclass
class Place:
    """A folder below that of all results, for one request.

    Attributes
    ----------
    folder : Path
        Which.
    kind : str
        What kind of result it holds: "curve".
    hash : str
        Of what determines the results. A request that only asks for more of the same has the
        same hash: its finished jobs are found again.
    text : str
        The request as resolved, as TOML.
    counts : dict
        Of jobs and runs, for the provenance.
    errors : list of str
        Why jobs failed.
    """

    folder: Path
    kind: str
    hash: str
    text: str
    counts: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    @property
    def identity(self) -> dict[str, str]:
        """What the folder is known by again."""
        return {"kind": self.kind, "config_hash": self.hash, "model": model_version()}

    @property
    def jobs(self) -> Path:
        """Where finished jobs are."""
        return self.folder / JOBS

    def obstacle(self) -> str:
        """Return why the folder is refused; empty where it is not."""
        if not self.folder.exists():
            return ""
        if not self.folder.is_dir():
            return f"{self.folder}: is no folder. Give another results folder by --out DIR"
        found = recorded(self.folder)
        there = any(not each.name.startswith(".") for each in self.folder.iterdir())
        if not found and there:
            return self._refused("is not empty, and no provenance.json says what it holds")
        words = {
            "kind": f"results of another kind ({found.get('kind', 'compare')})",
            "config_hash": "results of another config of that name",
            "model": "results of another version of the model",
        }
        for key, text in words.items():
            if found and found.get(key) != self.identity[key]:
                return self._refused(f"holds {text}")
        return ""

    def _refused(self, why: str) -> str:
        return (
            f"{self.folder}: {why}; nothing was changed. Give another results folder by --out DIR, "
            f"or --replace, which moves this one aside to {self.folder.name}.old-TIME"
        )

    def open(self) -> None:
        """Write down whose folder it is.

        Raises
        ------
        RequestError
            Where it holds something else, with the way out.
        """
        if why := self.obstacle():
            raise RequestError([why])
        with parquet.writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        tidy(self.folder)
        if not recorded(self.folder):
            note = json.dumps({**self.identity, "state": "begun"}, indent=2) + "\n"
            parquet.write_text(self.folder / "provenance.json", note)
        parquet.write_text(self.folder / "config.toml", self.text)

    def move_aside(self) -> str:
        """Move what is there aside, and return under which name; empty where there is nothing."""
        return move_aside(self.folder).name if self.folder.exists() else ""

    def provenance(
        self, state: str, record: Mapping[str, Any] | None = None, **more: Any
    ) -> dict[str, Any]:
        """Write down where everything comes from, and return that.

        Parameters
        ----------
        state : str
            "complete" or "interrupted".
        record : mapping or None
            How the newest session went; see :func:`record_of`.
        **more
            What else is to be told: seed, days, replications.
        """
        sessions = list(recorded(self.folder).get("sessions", []))
        found = {
            **environment(),
            **self.identity,
            "state": state,
            **more,
            "counts": dict(self.counts),
            "errors": self.errors[:5],
            "sessions": [*sessions, dict(record)] if record is not None else sessions,
        }
        text = json.dumps(found, indent=2, ensure_ascii=False) + "\n"
        parquet.write_text(self.folder / "provenance.json", text)
        return found


def record_of(started: str, finished: str, seconds: float, workers: int | str) -> dict[str, Any]:
    """Return how a session went, for the provenance.

    Parameters
    ----------
    started, finished : str
        When, as :func:`experiments.provenance.now` has it.
    seconds : float
        How long.
    workers : int or str
        Processes, or the address of the cluster.
    """
    return {
        "command": command(),
        "started": started,
        "finished": finished,
        "seconds": round(seconds, 1),
        "workers": workers,
    }
