"""Links: a view's state as an address, read again at the door and refused where it is wrong."""

from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import urlencode

from experiments.demo.contact import KINDS, read_contact
from experiments.demo.setting import Setting
from experiments.demo.sliders import Knob
from experiments.errors import RequestError, no_such, shown

VIEWS = (
    "predict",
    "compare",
    "sliders",
    "story",
    "replay",
    "place",
    "lessons",
    "lesson",
    "info",
)
"""What a link may lead to."""

POLICIES = ("policy", "other", "fourth")
"""Keys that name a policy; empty for none."""

NUMBERS = {"turn": (1, 64), "step": (1, 999), "day": (1, 100_000)}
"""Keys that hold a whole number."""

CHOICES = {
    "guess": ("rank", "curve", "shape"),
    "kind": KINDS,
    "measure": ("loyalty", "exhaustion", "cost_per_contact"),
    "beside": ("yes",),
    "look": ("light", "dark"),
    "type": ("usual", "large"),
}
"""Keys that hold one of a few words."""

NAMES = ("name",)
"""Keys that hold a name, which the view looks up itself."""

ABOUT = ("config", "seed", "room")
"""Keys that say which room a link belongs to; views are not given them."""

LONGEST = 200
"""Letters of a value; of the list of sliders, this many a slider."""

SAFE = ",."
"""Letters that a link may show as they are."""


def address(setting: Setting, view: str, state: Mapping[str, str]) -> str:
    """Return a view's link, without the host.

    Parameters
    ----------
    setting : Setting
        The room.
    view : str
        Which view.
    state : mapping
        What brings it back; :func:`read` gives the same again.
    """
    room = {
        "config": setting.experiment.name,
        "seed": str(setting.seed),
        "room": setting.fingerprint,
    }
    return f"/{view}?{urlencode({**state, **room}, safe=SAFE)}"


def read(setting: Setting, view: str, query: Mapping[str, str]) -> dict[str, str]:
    """Return the state that a link carries.

    Parameters
    ----------
    setting : Setting
        The room.
    view : str
        Which view it leads to.
    query : mapping
        The link's keys and values.

    Returns
    -------
    dict
        The state, without what says which room it is from.

    Raises
    ------
    RequestError
        With every mistake: an unknown key, a value that is not allowed, or a link from a
        room with another config, seed or model, where it would show something else.
    """
    wrong: list[str] = []
    if view not in VIEWS:
        wrong.append(f"link: {no_such('view', view, VIEWS)}")
    checks = _checks(setting)
    for key, text in query.items():
        if key not in checks:
            wrong.append(f"link: {no_such('key', key, checks)}")
        elif len(text) > _longest(setting, key):
            most = _longest(setting, key)
            wrong.append(f"link: {key}: given {len(text)} letters; allowed: at most {most}")
        else:
            wrong += [f"link: {mistake}" for mistake in checks[key](text)]
    if wrong:
        raise RequestError(wrong)
    return {key: text for key, text in query.items() if key not in ABOUT}


def _longest(setting: Setting, key: str) -> int:
    return LONGEST * (len(setting.knobs) if key == "only" else 1)


Check = Callable[[str], list[str]]
"""Returns what is wrong with a value."""


def _checks(setting: Setting) -> dict[str, Check]:
    """Return every key that a link may have, with the check of its value."""
    checks: dict[str, Check] = {knob.key: partial(_slider, knob) for knob in setting.knobs}
    checks |= {key: partial(_policy, setting, key) for key in POLICIES}
    checks |= {key: partial(_number, key, *ends) for key, ends in NUMBERS.items()}
    checks |= {key: partial(_choice, key, among) for key, among in CHOICES.items()}
    checks |= {key: partial(_name, key) for key in NAMES}
    checks["contact"] = partial(_contact, setting)
    checks["only"] = partial(_sliders, setting)
    checks["config"] = partial(_same, "config", setting.experiment.name)
    checks["seed"] = partial(_same, "seed", str(setting.seed))
    checks["room"] = partial(_same, "room", setting.fingerprint)
    return checks


def _slider(knob: Knob, text: str) -> list[str]:
    mistake = knob.mistake(text)
    return [mistake] if mistake else []


def _policy(setting: Setting, key: str, text: str) -> list[str]:
    if not text or text in setting.all_titles:
        return []
    return [f"{key}: {no_such('policy', text, setting.all_titles)}"]


def _number(key: str, low: int, high: int, text: str) -> list[str]:
    plain = text.isascii() and text.isdigit() and len(text) <= len(str(high))
    if plain and low <= int(text) <= high:
        return []
    return [f"{key}: given {shown(text)}; allowed: {low} to {high}"]


def _choice(key: str, among: tuple[str, ...], text: str) -> list[str]:
    return [] if text in among else [f"{key}: {no_such(key, text, among)}"]


def _name(key: str, text: str) -> list[str]:
    if text.isascii() and text.replace("-", "").replace("_", "").isalnum():
        return []
    return [f"{key}: given {shown(text)}; allowed: letters, digits, - and _"]


def _contact(setting: Setting, text: str) -> list[str]:
    if not text:
        return []
    try:
        read_contact(setting, text)
    except RequestError as error:
        return error.messages
    return []


def _sliders(setting: Setting, text: str) -> list[str]:
    keys = {knob.key for knob in setting.knobs}
    given = [key for key in text.split(",") if key]
    return [f"only: {no_such('slider', key, keys)}" for key in given if key not in keys]


def _same(key: str, here: str, text: str) -> list[str]:
    return [] if text == here else [f"{key}: given {shown(text)}; this room has {shown(here)}"]
