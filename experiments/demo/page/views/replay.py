"""The same customer under another policy: two conversations, and where they part."""

from experiments.demo.page.parts import Box, Markup, Tag, button, choice
from experiments.demo.page.shell import Quiet
from experiments.demo.page.source import Tale
from experiments.demo.page.views.story import Steps, gauges, newest_seen, said, talk_list
from experiments.demo.words import words


class Replay(Quiet):
    """Two conversations of the same customer, by the same chance, side by side."""

    def build(self) -> None:
        """Put choices and two columns on the page."""
        source = self.room.source
        names = list(source.titles)
        self._kind = self.asked.get("kind") or next(iter(source.kinds))
        self._policy = self.asked.get("policy") or names[-1]
        self._other = self.asked.get("other") or next(
            name for name in names if name != self._policy or len(names) == 1
        )
        self._contact = self.asked.get("contact", "")
        self._skip = 0
        self._asked_for = 0
        self._tales: list[Tale] = []
        self._part: int | None = None
        with Box("div", "head"):
            Tag("h1", words("replay.title"))
            Tag("span", words("replay.lead"), "lead")
        with Box("div", "actions"):
            choice(words("story.which"), source.kinds, self._kind, self._take_kind)
            choice(words("story.under"), source.titles, self._policy, self._take_policy)
            choice(words("replay.against"), source.titles, self._other, self._take_other)
            button(words("replay.another"), self._another, "tool")
        self.steps = Steps(self._turn)
        self._verdict = Tag("p", words("story.finding"), "score", role="status")
        self._columns: list[tuple[Tag, Markup, Markup]] = []
        with Box("div", "talks"):
            for _ in range(2):
                with Box("section", "talk"):
                    column = (Tag("h2", ""), Markup(), talk_list())
                    self._columns.append(column)

    async def start(self) -> None:
        """Look for the conversation, and hold it again."""
        self._asked_for += 1
        turn, source = self._asked_for, self.room.source
        kind, policy, other, skip = self._kind, self._policy, self._other, self._skip
        self._verdict.text = words("story.finding")
        tale = await source.tale(kind, policy, self._contact, skip, other)
        over = tale is None and skip > 0
        if over:
            tale = await source.tale(kind, policy, "", 0, other)
        nothing = (None, None, words("story.none"))
        again, part, told = nothing if tale is None else await source.again(tale, other)
        if turn != self._asked_for:
            return  # another one was asked for meanwhile
        self._skip = 0 if over else skip
        self._part = part
        self._tales = [each for each in (tale, again) if each is not None]
        self._verdict.text = told
        if tale is not None:
            self._contact, self._policy = tale.contact, tale.policy
        for (title, bars, talk), name in zip(
            self._columns, (self._policy, self._other), strict=True
        ):
            title.text = source.titles.get(name, name)
            bars.show("")
            talk.show("")
        turns = max((len(each.turns) for each in self._tales), default=0)
        self.steps.over(turns, part or 0)
        self.shell.relink()

    @property
    def tales(self) -> list[Tale]:
        """The conversations that are shown: one, or two."""
        return self._tales

    @property
    def parts(self) -> int | None:
        """The turn at which they part."""
        return self._part

    @property
    def told(self) -> str:
        """Where they part, in words."""
        return self._verdict.text

    def _turn(self, at: int) -> None:
        for (_, bars, talk), each in zip(self._columns, self._tales, strict=False):
            last = min(at, len(each.turns) - 1)
            bars.show(gauges(each.turns[last]))
            over = at >= len(each.turns) - 1
            talk.show(said(each.turns[: last + 1], each.ending if over else "", self._part))
        newest_seen()

    async def _another(self) -> None:
        self._contact, self._skip = "", self._skip + 1
        await self.start()

    async def _take_kind(self, kind: str) -> None:
        self._kind, self._contact, self._skip = kind, "", 0
        await self.start()

    async def _take_policy(self, policy: str) -> None:
        self._policy, self._contact, self._skip = policy, "", 0
        await self.start()

    async def _take_other(self, policy: str) -> None:
        self._other = policy
        await self.start()

    def key(self, name: str) -> bool:
        """Step and play."""
        return self.steps.key(name)

    def state(self) -> dict[str, str]:
        """Return what brings both conversations back."""
        known = {
            "kind": self._kind,
            "policy": self._policy,
            "other": self._other,
            "contact": self._contact,
        }
        return {key: value for key, value in known.items() if value}

    def close(self) -> None:
        """Stop playing."""
        self._asked_for += 1
        self.steps.close()
