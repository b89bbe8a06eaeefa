"""A switch of policy in two sentences: what it does in the end and how soon, and what first."""

import math

import numpy as np

from experiments.analysis.curves.response import DIPS, MAY_DIP, NO_EFFECT, NONE_SEEN, Response
from experiments.analysis.interval import Interval
from experiments.figures.response import Switch
from experiments.figures.setting import clauses, listed, name_of, plain, three, told, unit_of


def sentences(switch: Switch) -> tuple[str, str]:
    """Return what a switch does in the end and how soon, and whether it is worse before.

    Parameters
    ----------
    switch : Switch
        What was found.
    """
    title = switch.setting.title
    start = f"Switching from {title(switch.before)} to {title(switch.after)}: "
    return clauses(_finals(switch), start), _dips(switch)


def _finals(switch: Switch) -> list[str]:
    """Return the final effects, those that are told first."""
    lasting = {name: each for name, each in switch.responses.items() if each.lasts}
    parts = [_final(switch, name, each) for name, each in lasting.items()]
    rest = {name: each for name, each in switch.responses.items() if name not in lasting}
    unknown = [name_of(name) for name, each in rest.items() if math.isnan(each.final.low)]
    passing = [
        name_of(name)
        for name, each in rest.items()
        if each.responds and not math.isnan(each.final.low)
    ]
    none = [name_of(name) for name in rest if name_of(name) not in (*unknown, *passing)]
    if passing:
        parts.append(f"{listed(passing)} responds, but no final effect is told from none")
    if none:
        parts.append(f"no effect on {listed(none, 'or')} can be told from none")
    if unknown:
        parts.append(f"what it does to {listed(unknown)} cannot be told from so few replications")
    return parts or ["nothing was measured"]


def _final(switch: Switch, name: str, each: Response) -> str:
    """Return one effect, and the time to half of it."""
    final, half = each.final, each.half
    size = final
    if final.mean < 0.0:
        size = Interval(-final.mean, -final.high, -final.low, final.n)
    way = "rises" if final.mean > 0.0 else "falls"
    text = f"{name_of(name)} {way} by {told(size, unit_of(name), change=True)} in the end"
    if more := _more_before(switch, name, each):
        return text + more + (", and is still moving" if each.settled is False else "")
    if math.isfinite(half.first):
        text += f", half of it within {_time(switch, half.first, half.first_low, half.first_high)}"
    if each.settled is False:
        text += ", and is still moving when the runs end"
    return text


def _more_before(switch: Switch, name: str, each: Response) -> str:
    """Return that it does surely more on the way than in the end, and by how much at most."""
    sign, held = math.copysign(1.0, each.final.mean), each.band
    near = np.fmin(sign * held.low, sign * held.high)
    with np.errstate(invalid="ignore"):
        more = (near > max(sign * each.final.low, sign * each.final.high)) & (held.x < each.window)
    if not more.any():
        return ""
    place = int(np.nanargmax(np.where(more, sign * held.mean, -math.inf)))
    most = plain(float(sign * held.mean[place]), unit_of(name), change=True)
    at = float(held.x[place])
    when = "at once" if at < 1.0 else f"{three(at)} {switch.time} on"
    return f", after about {most} {when}"


def _time(switch: Switch, at: float, low: float, high: float) -> str:
    unit = switch.time.removesuffix("s") if three(at) == "1" else switch.time
    if at < 1.0 and high < 1.0:
        return f"the first {switch.time.removesuffix('s')}"
    if math.isnan(low):
        return f"{three(at)} {unit}"
    end = three(high) if math.isfinite(high) else "not surely in the time that was run"
    return f"{three(at)} {unit} [{three(low)}, {end}]"


def _dips(switch: Switch) -> str:
    """Return which measures first go the other way."""
    by_verdict: dict[str, list[str]] = {DIPS: [], MAY_DIP: [], NONE_SEEN: [], NO_EFFECT: []}
    for name, each in switch.responses.items():
        dip = each.dip
        if dip.verdict in (DIPS, MAY_DIP):
            way = "down" if each.final.mean > 0.0 else "up"
            unit = unit_of(name)
            size, most = (plain(end, unit, change=True) for end in (dip.size, dip.high))
            by_verdict[dip.verdict].append(
                f"{name_of(name)} ({way} by {size}, at most {most}, after {three(dip.when)} "
                f"{switch.time})"
            )
        else:
            by_verdict[dip.verdict].append(name_of(name))
    parts = []
    if by_verdict[DIPS]:
        parts.append(f"before the effect comes its opposite in {listed(by_verdict[DIPS])}")
    if by_verdict[MAY_DIP]:
        parts.append(f"perhaps so, but not surely, in {listed(by_verdict[MAY_DIP])}")
        if not by_verdict[DIPS]:
            parts[-1] = (
                f"the effect may come after its opposite, not surely, in "
                f"{listed(by_verdict[MAY_DIP])}"
            )
    if by_verdict[NONE_SEEN]:
        parts.append(f"no dip is seen in {listed(by_verdict[NONE_SEEN], 'or')}")
    if not parts:
        return "As no final effect is told, there is no dip to look for."
    return clauses(parts)
