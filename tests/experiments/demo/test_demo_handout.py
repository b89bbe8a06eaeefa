"""Hand-outs: one file that needs no other, small enough, and true to what it was given."""

import json
import math
import re

import pytest

from experiments.demo.handout import (
    LARGEST,
    Frame,
    HandOut,
    Panel,
    Section,
    hand_out_page,
    rounded,
)
from experiments.errors import RequestError


def small(*, weeks=12, places=3, title="A & B"):
    spec = {
        "kind": "lines",
        "x": list(range(weeks)),
        "lines": [{"name": "one", "place": 0, "mean": [1.0 / 3.0] * weeks}],
    }
    frames = [
        Frame(f"{place}", [Panel("Loyalty", spec, "<table></table>")]) for place in range(places)
    ]
    section = Section(title, ["Look <here>"], "a </script> tag", "generosity", frames, 1)
    return HandOut("Taken <home>", "lead", "n = 3", [section])


def data_of(page):
    return json.loads(re.search(r'id="data">(.*?)</script>', page, re.S)[1])


def test_it_asks_for_nothing_outside_itself():
    page = hand_out_page(small())
    without_names = page.replace("http://www.w3.org/2000/svg", "")
    assert not re.findall(r"https?://|//cdn|<link|src=|@import|url\(|fetch\(", without_names)


def test_what_it_is_given_is_escaped():
    page = hand_out_page(small())
    assert "Taken &lt;home&gt;" in page and "Look &lt;here&gt;" in page
    assert page.count("</script>") == 2  # its own two


def test_its_slider_has_every_frame_and_begins_where_it_should():
    page = hand_out_page(small(places=5))
    (section,) = data_of(page)
    assert [frame["name"] for frame in section["frames"]] == ["0", "1", "2", "3", "4"]
    assert section["at"] == 1
    assert 'type="range" min="0" max="4"' in page and 'value="1"' in page


def test_one_frame_has_no_slider():
    assert 'type="range" min' not in hand_out_page(
        HandOut(
            "t",
            "l",
            "f",
            [
                Section(
                    "s", frames=[Frame("", [Panel("p", {"kind": "lines", "x": [], "lines": []})])]
                )
            ],
        )
    )


def test_a_full_one_of_the_class_room_is_small():
    """Three measures, four policies with bands, 13 weeks, 22 places: well under the limit."""
    weeks = [math.pi * week for week in range(13)]
    line = {"name": "Strict boundaries", "place": 0, "mean": weeks, "low": weeks, "high": weeks}
    panel = Panel("Loyalty", {"kind": "lines", "x": weeks, "lines": [line] * 4}, "<table>" * 300)
    frames = [Frame("0.4", [panel] * 3) for _ in range(22)]
    page = hand_out_page(HandOut("t", "l", "f", [Section("s", slider="g", frames=frames)]))
    assert len(page.encode()) < LARGEST / 2


def test_too_large_a_one_is_refused():
    with pytest.raises(RequestError, match="less than 1 MB"):
        hand_out_page(small(weeks=60_000))


def test_numbers_are_short_and_what_is_not_defined_is_null():
    assert rounded([1 / 3, math.nan, math.inf, 2, True, None, "x"]) == [
        0.33333,
        None,
        None,
        2,
        True,
        None,
        "x",
    ]
