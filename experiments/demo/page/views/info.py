"""The page about the room, with the sections that NetLogo's library made standard."""

from experiments.demo.page.parts import Box, Tag, paragraphs
from experiments.demo.page.shell import Quiet
from experiments.demo.words import words

SECTIONS = (
    "what",
    "how_works",
    "how_use",
    "notice",
    "try",
    "extend",
    "related",
    "credits",
)
"""In the order in which models' information is given there."""

KEYS = ("digits", "steps", "play", "enter", "dark", "large", "link", "hand_out")


class Info(Quiet):
    """What it is, how it works, how it is used."""

    def sections(self) -> list[tuple[str, list[str]]]:
        """Return each section's title and paragraphs, for a hand-out."""
        parts = [(f"info.{name}.title", f"info.{name}.text") for name in SECTIONS]
        return [(words(title), words(text).split("\n\n")) for title, text in parts]

    def build(self) -> None:
        """Put the sections on the page."""
        with Box("article", "prose"):
            Tag("h1", words("info.title"))
            for name in SECTIONS:
                Tag("h2", words(f"info.{name}.title"))
                paragraphs(words(f"info.{name}.text"))
            Tag("h2", words("info.keys"))
            with Box("ul"):
                for name in KEYS:
                    Tag("li", words(f"keys.{name}"))
            Tag("p", self.room.facts(), "fine")
