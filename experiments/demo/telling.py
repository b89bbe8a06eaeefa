"""The texts that the room's own modules tell, from ``words_room.toml``."""

from pathlib import Path

from experiments.demo.words import all_words

FILE = Path(__file__).with_name("words_room.toml")


def told(key: str, /, **values: object) -> str:
    """Return a text with its blanks filled in.

    Parameters
    ----------
    key : str
        Where it stands in ``words_room.toml``: ``move.listen``.
    **values
        What goes into its blanks.

    Raises
    ------
    KeyError
        Where there is no such text, or a blank is left open.
    """
    return all_words(FILE)[key].format(**values)
