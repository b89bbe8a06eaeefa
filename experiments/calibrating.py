"""A calibration from its config to the ensemble: what ``frontline calibrate`` does."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from experiments.calibrating_session import Found, Session
from experiments.calibration.ensemble import keep_ensemble, medoid_lines
from experiments.calibration.request import DEFAULT, load_calibration
from experiments.calibration.simulating import PROJECT, Works
from experiments.calibration.subject import Subject, of_facts
from experiments.calibration.telling import summary_text
from experiments.catalogue import shipped_folder
from experiments.cluster import parse_address
from experiments.command.progress import Display, display_for
from experiments.errors import RequestError, hint, shown
from experiments.evidence.fact import Fact
from experiments.jobs import Interrupted
from experiments.own_centre.experiments import CENTRE
from experiments.own_centre.request import KIND as OWN
from experiments.own_centre.request import load_own_centre
from experiments.own_centre.subject import OwnSubject, of_own_centre
from experiments.saying import Say, listener
from experiments.session import RESULTS
from experiments.store.lock import locked
from experiments.store.opening import move_aside
from experiments.toml_text import read_toml
from experiments.working import project_facts, say_stopped

NAME = "calibration"
"""The folder below that of all results; each calibration has one of its own in it."""


SHIPPED = "calibration"
"""The folder of the shipped files of calibrations, among the shipped experiments."""


def run(
    config: str | Path | None = None,
    *,
    root: Path = RESULTS,
    workers: int | None = None,
    cluster: str | None = None,
    display: Display | None = None,
    say: Say | None = None,
    as_json: bool = False,
    replace: bool = False,
    quiet: bool = False,
    keep: bool = False,
    dry_run: bool = False,
    go_on: str = "frontline calibrate",
    facts: Iterable[Fact] | None = None,
    works: Works = PROJECT,
) -> int:
    """Calibrate, or go on where it was left, and write the ensemble, the figures and the page.

    Parameters
    ----------
    config : str, Path or None
        The file of a calibration, or of a centre of one's own (``kind = "own-centre"``); the
        shipped one where None.
    root : Path
        The folder of all results.
    workers : int or None
        Processes; one for each processor where None.
    cluster : str or None
        A Dask cluster, see :func:`experiments.cluster.open_cluster`.
    display : Display or None
        Where to show the progress; chosen by where the output goes where None.
    say : callable or None
        Told how things go, a line at a time; standard error where None.
    as_json : bool
        Print what was found as JSON.
    replace : bool
        Move what is there aside, finished simulations too, and begin anew.
    quiet : bool
        No progress and no table.
    keep : bool
        Copy the ensemble to the shipped files, where :func:`experiments.calibration.ensemble.load`
        finds it; an older one is kept beside it under another name.
    dry_run : bool
        Only print what would be run: nothing is run or written.
    go_on : str
        The command that goes on where this one is cut short.
    facts : iterable of Fact or None
        The facts there are; the project's where None.
    works : Works
        What simulates a set.

    Returns
    -------
    int
        0 where it came to its end, whatever was found; 1 where simulations failed, or where it
        was stopped.

    Raises
    ------
    RequestError
        Where the file is wrong, it names a fact of class E, there is no such cluster, or the
        folder is in use, holds another calibration, or cannot be written to.
    """
    subject = subject_of(config, facts, works)
    if keep and isinstance(subject, OwnSubject):
        raise RequestError([_NOT_KEPT.format(name=subject.request.name)])
    if cluster is not None:
        parse_address(cluster)  # before anything is written
    say = listener(say, quiet=quiet)
    folder = root / NAME / subject.request.name
    session = Session(subject, folder, workers or os.cpu_count() or 1, cluster, say)
    if dry_run:
        from experiments.command.estimate.planned import say_planned

        return say_planned(session.planned(anew=replace), "" if replace else session.obstacle())
    with locked(folder):
        if replace and folder.exists():
            say(f"{folder}: what was there is kept as {move_aside(folder).name}")
        session.refuse_unfit()
        try:
            found = session.calibrate(display or display_for("calibrate", quiet=quiet))
        except Interrupted:
            say_stopped(go_on)
            return 1
        session.conclude(found)
    if keep:
        say(f"Kept: {keep_ensemble(folder, subject.request.name)}")
    _show(session, found, as_json=as_json, quiet=quiet)
    return 1 if session.counts["failed"] else 0


_NOT_KEPT = (
    "--keep: given for {name}, a centre of one's own; allowed: for a calibration of the reference "
    "centre only, whose ensemble is the shipped one that claims are judged on. This one's is kept "
    "in its results, from where its experiments take it"
)


def subject_of(
    config: str | Path | None, facts: Iterable[Fact] | None = None, works: Works = PROJECT
) -> Subject:
    """Return what a file asks to be calibrated: the reference centre, or one of the user's own.

    Parameters
    ----------
    config : str, Path or None
        The file; the shipped one where None.
    facts : iterable of Fact or None
        The facts there are; the project's where None. An own centre needs none.
    works : Works
        What simulates a set of the reference centre.

    Raises
    ------
    RequestError
        With every mistake in the file.
    """
    config = None if config is None else _found(config)
    if config is not None and (kind := read_toml(Path(config)).get("kind")) is not None:
        if kind != OWN:
            near = hint(kind, [OWN]) if isinstance(kind, str) else ""
            raise RequestError(
                [
                    f'{config}: kind: given {shown(kind)}; allowed: "{OWN}", or none for a '
                    f"calibration of the reference centre{near}"
                ]
            )
        return of_own_centre(load_own_centre(config))
    where = f"{config if config is not None else shipped_folder() / DEFAULT}: "
    known = project_facts() if facts is None else facts
    return of_facts(load_calibration(config), known, works, where)


def _found(config: str | Path) -> Path:
    """Return the path of a file, or of the shipped one of that name where there is none."""
    path = Path(config)
    shipped = shipped_folder() / SHIPPED
    # By its bare name, or by where it lies in a checkout.
    if path.exists() or path.parent not in (Path(), Path("configs") / SHIPPED):
        return path
    inside = shipped / path.with_suffix(".toml").name
    return inside if inside.is_file() else path


def _show(session: Session, found: Found, *, as_json: bool, quiet: bool) -> None:
    """Print what was found."""
    course, ensemble, confirmed = found.course, found.ensemble, found.confirmed
    if as_json:
        sys.stdout.write(summary_text(course, ensemble, confirmed))
        return
    if quiet:
        return
    from experiments.calibration import findings
    from experiments.report.calibration_page import lead

    rows = findings.reached(course, ensemble)
    width = max(len(each.name) for each in rows)
    for each in rows:
        if each.unseen:
            print(f"{each.name:<{width}}  no value: not judged here")
            continue
        low, median, high = each.ensemble
        note = "" if each.judged else "  only reported"
        print(
            f"{each.name:<{width}}  {median:9.3g} [{low:.3g}, {high:.3g}]  band {each.band}  "
            f"met by {each.met} of {len(ensemble.sets)}{'  out of reach' if each.aside else note}"
        )
    print("\n" + "\n".join(lead(course, ensemble, confirmed, session.subject.words)))
    print("\nThe medoid:\n  " + "\n  ".join(medoid_lines(ensemble)))
    if isinstance(session.subject, OwnSubject):
        print(f"\nAn experiment of this centre: frontline run {session.folder / CENTRE}")
    print(f"\nReport: {session.folder / 'report.html'}")
