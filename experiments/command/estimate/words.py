"""An estimate in plain words."""

from collections.abc import Callable, Mapping

from experiments.command.estimate.amounts import Amount, Estimate
from experiments.command.estimate.room import REPORT_BYTES
from experiments.command.listing import in_bytes
from experiments.command.progress import clock


def lines(each: Estimate) -> list[str]:
    """Return an estimate in plain words, a line for each thing."""
    policies = len(each.experiment.policies)
    with_report = f"; report and figures: about {in_bytes(REPORT_BYTES)} more"
    here = f"{each.engine} engine, {each.workers} worker{'s' * (each.workers > 1)}"
    here += f" of {each.cluster}" if each.cluster else ""
    here += ", shared among as many as it has" if "//" in each.cluster else ""
    replications = _span(each, lambda one: f"{one.replications:,}")
    runs = _span(each, lambda one: f"{policies * one.replications:,}")
    left = _span(each, lambda one: f"{one.runs:,}")
    blocks = _span(each, lambda one: f"{one.blocks:,}")
    told = {
        "folder": f"{each.folder} ({_state(each)})",
        "points": f"{policies} policies x {replications} replications = {runs} runs",
        "to run": f"{left} runs in {blocks} blocks of a warm-up, the neutral run and the branches",
        "time": "about "
        + _span(each, lambda one: clock(one.seconds))
        + f" ({here}, {each.block_seconds:.2g} s a block, machine else idle)",
        "disk": "about "
        + _span(each, lambda one: in_bytes(sum(one.disk.values())))
        + f" ({_parts(each.most.disk)}){with_report}",
        "memory": f"about {in_bytes(each.memory)} a worker, and what the program itself takes",
        "calibration": f"{each.calibrated:.1f} s of this very centre{_compiled_text(each)}",
    }
    found = [f"{label:<12}{text}" for label, text in told.items()]
    found += [f"{'failed':<12}{error}" for error in each.failures]
    return [*found, each.obstacle] if each.obstacle else found


def _state(each: Estimate) -> str:
    if each.obstacle:
        return "a run would be refused, see below"
    return f"{each.there:,} runs are there already" if each.there else "nothing there yet"


def _span(each: Estimate, text: Callable[[Amount], str]) -> str:
    """Return what the least and the most come to: one text where they are alike."""
    least, most = text(each.least), text(each.most)
    return least if least == most else f"{least} to {most}"


def _compiled_text(each: Estimate) -> str:
    if not each.compiled_in:
        return ""
    return f"; {each.compiled_in:.0f} s more to compile the engine, once: it is kept now"


def _parts(disk: Mapping[str, float]) -> str:
    return ", ".join(f"{kind} {in_bytes(each)}" for kind, each in disk.items())
