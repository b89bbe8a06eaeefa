"""What the page makes of an answer: plots, tables, links, colours."""

import asyncio
import json
import re

import numpy as np
import pytest

pytest.importorskip("nicegui", reason="the extra demo is not installed")

from experiments.analysis.interval import Interval
from experiments.demo.page import handing, plots
from experiments.demo.page.adapter import RoomSource
from experiments.demo.page.app import STATIC, VIEWS
from experiments.demo.setting import Setting
from experiments.demo.sliders import positions
from experiments.errors import RequestError
from experiments.figures.style import COLOURS


@pytest.fixture(scope="module")
def source(tmp_path_factory, tiny_text):
    path = tmp_path_factory.mktemp("room") / "tiny.toml"
    path.write_text(tiny_text, encoding="utf-8")
    found = RoomSource(Setting(str(path)))
    yield found
    found.close()


@pytest.fixture(scope="module")
def answer(source):
    return asyncio.run(source.answer("p", list(source.titles), "", {}, full=True))


def test_a_plot_is_json_and_has_a_line_for_each_policy(answer):
    for measure in plots.PARTIES:
        spec = plots.lines(measure, answer.curves[measure])
        assert json.loads(json.dumps(spec, allow_nan=False)) == spec
        assert [line["name"] for line in spec["lines"]] == list(answer.titles.values())
        assert len(spec["x"]) == answer.days // 7


def test_the_table_has_every_mean_and_every_pair(answer):
    for measure in plots.PARTIES:
        policies = len(answer.titles)
        table = plots.figures_table(
            measure, answer.means[measure], answer.differences[measure], answer.titles
        )
        assert table.count('<tr class="paired">') == policies * (policies - 1) // 2
        assert all(title in table for title in answer.titles.values())


@pytest.mark.parametrize(
    ("measure", "ends", "mark"),
    [
        ("loyalty", (0.1, 0.2, 0.3), "better"),
        ("loyalty", (-0.3, -0.2, -0.1), "worse"),
        ("exhaustion", (0.1, 0.2, 0.3), "worse"),
        ("cost_per_contact", (-0.3, -0.2, -0.1), "better"),
        ("loyalty", (-0.1, 0.1, 0.3), "same"),
    ],
)
def test_a_difference_says_whom_it_favours(measure, ends, mark):
    low, mean, high = ends
    means = {name: Interval(1.0, 0.9, 1.1, 5) for name in "ab"}
    apart = {("b", "a"): Interval(mean, low, high, 5)}
    table = plots.figures_table(measure, means, apart, {"a": "A <i>", "b": "B"})
    assert f'class="{mark}"' in table
    assert "<i>" not in table


def test_every_view_has_a_link_that_comes_back(source):
    for view in VIEWS:
        assert source.address(view, {}).startswith(f"/{view}?")
        assert source.read_address(view, {}) == {}


def test_what_a_link_may_not_say_is_refused(source):
    for query in ({"policy": "nobody"}, {"handling.generosity": "nan"}, {"who": "me"}):
        with pytest.raises(RequestError):
            source.read_address("sliders", query)


def test_the_slider_of_a_hand_out_goes_from_end_to_end(source):
    for knob in source.knobs():
        stands = source.value("balanced", knob.key)
        places = positions(knob, stands, handing.FRAMES)
        assert places == sorted(set(places))
        assert places[0] == knob.low and places[-1] == knob.high and stands in places
        assert len(places) <= handing.FRAMES * 2


def test_the_light_page_has_the_colours_of_the_report():
    style = (STATIC / "page.css").read_text(encoding="utf-8")
    light = style[: style.index(":root.dark")].lower()
    full = {"#000000": "#000000"}
    for place, colour in enumerate(COLOURS):
        assert f"--p{place}: {full.get(colour, colour).lower()}" in light


def luminance(colour):
    parts = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.where(parts <= 0.03928, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [":root {", ":root.dark {"])
def test_texts_can_be_read_in_both_themes(theme):
    """WCAG 2.2: 4.5 for text, on paper and on what is softly tinted; 2 here for a thick line."""
    style = (STATIC / "page.css").read_text(encoding="utf-8")
    block = style[style.index(theme) :]
    found = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-fA-F]{6})", block[: block.index("}")]))
    texts = ["ink", "muted", "accent", "better", "worse", "now", *(f"t{n}" for n in range(8))]
    for name in texts:
        for ground in ("paper", "soft"):
            assert contrast(found[name], found[ground]) >= 4.5, (name, ground)
    assert contrast(found["on-accent"], found["accent"]) >= 4.5
    for n in range(8):
        assert contrast(found[f"p{n}"], found["paper"]) >= 2.0, n


def test_an_order_says_what_cannot_be_told_apart():
    means = {name: Interval(mean, 0.0, 0.0, 5) for name, mean in zip("abc", (1, 3, 2), strict=True)}
    apart = {
        ("b", "a"): Interval(2.0, 1.0, 3.0, 5),
        ("c", "a"): Interval(1.0, -0.1, 2.1, 5),
        ("c", "b"): Interval(-1.0, -1.1, -0.9, 5),
    }
    assert (
        plots.order_of(means, apart, {name: name.upper() for name in "abc"}) == "B > C > A (C ≈ A)"
    )
