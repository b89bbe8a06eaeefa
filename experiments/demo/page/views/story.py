"""One confrontation as a story: turn by turn, with what it does to both."""

from collections.abc import Callable, Sequence

from nicegui import ui

from experiments.demo.page.parts import Box, Markup, Tag, button, choice, escaped
from experiments.demo.page.shell import Quiet
from experiments.demo.page.source import Tale, Turn
from experiments.demo.words import words

PACE = 1.6
"""Seconds a turn, when it plays."""

TONES = {"civil", "pressing", "abusive"}


class Steps:
    """Step, play and back over a number of turns.

    Parameters
    ----------
    told : callable
        Given the turn to show.
    """

    def __init__(self, told: Callable[[int], None]) -> None:
        self.at = 0
        self.last = 0
        self._told = told
        with Box("div", "actions"):
            button(words("story.start"), lambda: self.to(0), "tool")
            button(words("story.back"), self.back, "act quiet")
            button(words("story.next"), self.next, "act")
            self._play = button(words("story.play"), self.play, "act quiet")
            self._count = Tag("span", "", "live", role="status")
        self._timer = ui.timer(PACE, self._tick, active=False)

    def over(self, turns: int, at: int = 0) -> None:
        """Begin a story of so many turns."""
        self.last = max(0, turns - 1)
        self.to(at)

    def to(self, turn: int) -> None:
        """Go to a turn."""
        self.at = min(max(0, turn), self.last)
        self._count.text = words("story.turn", turn=self.at + 1, turns=self.last + 1)
        if self.at >= self.last:
            self._pause()
        self._told(self.at)

    def next(self) -> None:
        """Go one on."""
        self.to(self.at + 1)

    def back(self) -> None:
        """Go one back."""
        self.to(self.at - 1)

    def play(self) -> None:
        """Play, or pause."""
        if self._timer.active:
            self._pause()
        else:
            if self.at >= self.last:
                self.to(0)
            self._timer.activate()
            self._play.text = words("story.pause")

    def _tick(self) -> None:
        self.next()

    def _pause(self) -> None:
        self._timer.deactivate()
        self._play.text = words("story.play")

    def key(self, name: str) -> bool:
        """Take the keys that step and play."""
        taken = {"next": self.next, "back": self.back, "play": self.play}.get(name)
        if name == "first":
            self.to(0)
        elif taken is not None:
            taken()
        return taken is not None or name == "first"

    def close(self) -> None:
        """Stop playing."""
        self._timer.cancel()


class Story(Quiet):
    """A customer is followed through one contact."""

    def build(self) -> None:
        """Put choices, gauges and the conversation on the page."""
        source = self.room.source
        self.tale: Tale | None = None
        self._kind = self.asked.get("kind") or next(iter(source.kinds))
        self._policy = self.asked.get("policy") or next(iter(source.titles))
        self._contact = self.asked.get("contact", "")
        self._skip = 0
        self._asked_for = 0
        with Box("div", "head"):
            Tag("h1", words("story.title"))
            Tag("span", words("story.lead"), "lead")
        with Box("div", "actions"):
            choice(words("story.which"), source.kinds, self._kind, self._take_kind)
            choice(words("story.under"), source.titles, self._policy, self._take_policy)
            button(words("story.another"), self._another, "tool")
            button(words("story.elsewhere"), self._elsewhere, "tool")
        self.steps = Steps(self._turn)
        self._gauges = Markup("", "")
        self._opening = Tag("p", words("story.finding"), "lead", role="status")
        self._wants = Markup("", "")
        self._said = talk_list()
        # What stands above it is higher here than beside a replay.
        self._said.style("max-height: calc(100vh - 24rem)")

    async def start(self) -> None:
        """Look for the conversation."""
        self._asked_for += 1
        turn, source = self._asked_for, self.room.source
        kind, policy, skip = self._kind, self._policy, self._skip
        self._opening.text = words("story.finding")
        tale = await source.tale(kind, policy, self._contact, skip)
        over = tale is None and skip > 0
        if over:
            tale = await source.tale(kind, policy, "")
        if turn != self._asked_for:
            return  # another one was asked for meanwhile
        if over:
            self._skip = 0
            self.shell.say(words("story.no_more"))
        self.tale = tale
        if tale is None:
            self._opening.text = words("story.none")
            for each in (self._said, self._gauges, self._wants):
                each.show("")
            self.steps.over(0)
            return
        self._contact, self._policy = tale.contact, tale.policy
        self._opening.text = tale.opening
        self._wants.show(wants(tale))
        self.steps.over(len(tale.turns), int(self.asked.get("turn", "1") or 1) - 1)
        self.shell.relink()

    def _turn(self, at: int) -> None:
        if self.tale is None:
            return
        self._gauges.show(gauges(self.tale.turns[at]))
        last = at == len(self.tale.turns) - 1
        self._said.show(said(self.tale.turns[: at + 1], self.tale.ending if last else ""))
        newest_seen()

    async def _take_kind(self, kind: str) -> None:
        self._kind, self._contact, self._skip = kind, "", 0
        self.asked.pop("turn", None)
        await self.start()

    async def _take_policy(self, policy: str) -> None:
        self._policy, self._contact, self._skip = policy, "", 0
        self.asked.pop("turn", None)
        await self.start()

    async def _another(self) -> None:
        self._contact, self._skip = "", self._skip + 1
        self.asked.pop("turn", None)
        await self.start()

    def _elsewhere(self) -> None:
        self.shell.show("replay", self.state())

    def key(self, name: str) -> bool:
        """Step and play."""
        return self.steps.key(name)

    def state(self) -> dict[str, str]:
        """Return the kind, the policy and the contact."""
        known = {"kind": self._kind, "policy": self._policy, "contact": self._contact}
        return {key: value for key, value in known.items() if value}

    def close(self) -> None:
        """Stop playing."""
        self._asked_for += 1
        self.steps.close()


def newest_seen() -> None:
    """Scroll the lists of turns to their newest, once it is there."""
    ui.run_javascript(
        "setTimeout(() => document.querySelectorAll('.said-list')"
        ".forEach((list) => { list.scrollTop = list.scrollHeight; }), 60)"
    )


def gauges(turn: Turn) -> str:
    """Return what a turn did to both, as bars."""
    bars = (
        (words("story.anger"), turn.anger, "hot"),
        (words("story.heard"), turn.heard, "cool"),
        (words("story.strain"), turn.strain, "warm"),
    )
    shown = "".join(
        f'<div class="gauge"><span>{escaped(name)} <b>{value:.2f}</b></span>'
        f'<div class="bar {tone}"><i style="width:{_percent(value)}"></i></div></div>'
        for name, value, tone in bars
    )
    name = escaped(words("story.cost"))
    spent = escaped(words("story.prices", cost=f"{turn.cost:.2f}"))
    cost = f'<div class="gauge"><span>{name}</span><b>{spent}</b></div>'
    return f'<div class="gauges">{shown}{cost}</div>'


def _percent(share: float) -> str:
    return f"{100.0 * min(1.0, max(0.0, share)):.1f}%"


def said(turns: Sequence[Turn], ending: str = "", parts: int | None = None) -> str:
    """Return a conversation as HTML.

    Parameters
    ----------
    turns : sequence of Turn
        As far as it is told; the last one is marked.
    ending : str
        How it ended, where it has.
    parts : int, optional
        The turn at which it parts from another.
    """
    lines = []
    for place, turn in enumerate(turns):
        now = " now" if place == len(turns) - 1 and not ending else ""
        parted = " parts" if place == parts else ""
        tone = turn.tone if turn.tone in TONES else "civil"
        customer = _bubble("customer " + tone, words("story.customer"), turn.customer)
        why = f'<span class="why">{escaped(turn.why)}</span>' if turn.why else ""
        rep = _bubble("rep", words("story.rep"), turn.rep, why)
        mark = f'<b class="why">{escaped(words("replay.parts_here"))}</b>' if parted else ""
        lines.append(
            f'<div class="turn{now}{parted}"><span class="fine">{place + 1}</span>'
            f"<div>{customer}</div><div>{mark}{rep}</div></div>"
        )
    over = f'<b class="why">{escaped(words("replay.ends_here"))}</b>' if parts == len(turns) else ""
    end = f'<p class="verdict">{over}{escaped(ending)}</p>' if ending else ""
    return "".join(lines) + end


def _bubble(kind: str, who: str, text: str, more: str = "") -> str:
    if not text:
        return ""
    name = f'<span class="why">{escaped(who)}</span>'
    return f'<div class="said {kind}">{name}{escaped(text)}{more}</div>'


def talk_list() -> Markup:
    """Return the room for a conversation, which scrolls: by the keyboard as well."""
    made = Markup("", "said-list")
    made.props["tabindex"] = "0"
    made.props["role"] = "region"
    made.props["aria-label"] = words("story.talk")
    return made


def wants(tale: Tale) -> str:
    """Return what each party wants, as HTML."""
    rows = "".join(
        f'<p class="fine"><b>{escaped(party)}:</b> {escaped(text)}</p>'
        for party, text in tale.wants.items()
    )
    title = escaped(words("story.wants"))
    return f'<h2 class="sr">{title}</h2><div class="wants">{rows}</div>' if rows else ""
