"""What people look at: the printed table, the figures and the page."""

import csv
import io
import re
from html.parser import HTMLParser

import pytest
from matplotlib.figure import Figure
from rich.console import Console

from experiments import session
from experiments.analysis.results import Results
from experiments.analysis.summary import summarise
from experiments.command.table import print_summary
from experiments.config import load_experiment
from experiments.figures.catalogue import figures
from experiments.figures.paired_differences import paired_differences
from experiments.figures.style import COLOURS, Drawing, colour, marker
from experiments.figures.trade_off import trade_off
from experiments.report.page import figure_of


@pytest.fixture(scope="module")
def run_tiny(tmp_path_factory, tiny_text):
    def run(*sets):
        folder = tmp_path_factory.mktemp("report")
        (folder / "tiny.toml").write_text(tiny_text, encoding="utf-8")
        experiment = load_experiment(folder / "tiny.toml", sets)
        return session.run(experiment, root=folder, say=lambda line: None)

    return run


@pytest.fixture(scope="module")
def finished(run_tiny):
    return run_tiny()


@pytest.fixture(scope="module")
def four(run_tiny):
    """Four policies, over two years."""
    policies = '["always-right", "balanced", "strict-boundaries", "avoidant"]'
    return run_tiny(f"policies={policies}", "days=800")


def printed(summary):
    stream = io.StringIO()
    print_summary(summary, Console(file=stream, width=100, highlight=False))
    return stream.getvalue()


def test_the_table_fits_a_terminal_of_a_hundred_columns(four):
    text = printed(four.summary)
    assert max(map(len, text.splitlines())) <= 100
    assert not re.search(r"…|\.\.\.", text)
    for words in ("customer loyalty", "retention", "CSAT", "cost per contact", "all three prevail"):
        assert len(re.findall(rf"^{words}", text, re.M)) == 2 * (2 + 2)
    for words in ("The first year: means", "The second year: paired differences", "Who prevails"):
        assert words in text


class Page(HTMLParser):
    """Collects what a browser would fetch, the ids, and the visible text."""

    def __init__(self):
        super().__init__()
        self.fetched, self.ids, self.used, self.text = [], [], set(), []

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ("src", "href", "xlink:href") and not value.startswith("#"):
                self.fetched.append((tag, value))
            if name == "id":
                self.ids.append(value)
            self.used |= set(re.findall(r"#([\w.-]+)", value or "")) if name != "style" else set()

    def handle_data(self, data):
        self.text.append(data)


def test_the_page_stands_alone(finished):
    html = (finished.folder.path / "report.html").read_text(encoding="utf-8")
    page = Page()
    page.feed(html)
    assert page.fetched == []
    assert "<script" not in html and "@import" not in html
    assert len(page.ids) == len(set(page.ids))
    assert html.count("<svg ") == len(figures(finished.summary)) == 8
    assert "Does &lt;it&gt; work?" in html and "<it>" not in html
    text = " ".join(page.text)
    for words in ("Verdict", "Who prevails", "Balanced against Always right", "seed 2026", "numba"):
        assert words in text


def test_ids_of_a_figure_are_its_own_and_colours_stay():
    """Figures share a page: ids must not clash, and a colour is no id."""
    drawing = Drawing("mine", Figure, "A & B", "", [])
    svg = (
        '<svg width="9" viewBox="0 0 9 9"><defs><path id="m1" fill="#ffffff"/></defs>'
        '<g clip-path="url(#c1)"><use xlink:href="#m1" stroke="#0072b2"/></g></svg>'
    )
    shown = str(figure_of(drawing, svg)["svg"])
    assert 'fill="#ffffff"' in shown and 'stroke="#0072b2"' in shown
    assert 'id="mine-m1"' in shown and 'xlink:href="#mine-m1"' in shown
    assert "url(#mine-c1)" in shown and 'aria-label="A &amp; B"' in shown


def test_figures_are_the_same_bytes_again(finished, tmp_path):
    for number in (1, 2):
        trade_off(finished.summary).save(tmp_path / str(number))
    for kind in ("svg", "png", "csv"):
        one, other = ((tmp_path / n / f"trade-off.{kind}").read_bytes() for n in ("1", "2"))
        assert one == other


def test_captions_say_what_the_bands_mean_and_where_it_comes_from(finished):
    results = finished.summary.results
    for drawing in (trade_off(finished.summary), paired_differences(finished.summary)):
        for words in (
            "95 % t interval of",
            "spread of runs",
            "n = 3 replications",
            "seed 2026",
            "20 days of warm-up",
            "21 days after",
            "300 customers, 2 seats",
            results.config_hash,
        ):
            assert words in drawing.caption


def test_the_data_beside_a_figure_are_those_of_the_summary(finished):
    folder = finished.folder.figures
    with (folder / "trade-off.csv").open(encoding="utf-8") as file:
        rows = {(row["policy"], row["measure"]): row for row in csv.DictReader(file)}
    mean = finished.summary.means["balanced"]["exhaustion"].mean
    assert float(rows["balanced", "exhaustion"]["mean"]) == mean


def test_a_policy_has_its_own_colour_and_marker(four):
    results = four.summary.results
    looks = [(colour(results, policy), marker(results, policy)) for policy in results.policies]
    assert len({tint for tint, _ in looks}) == len({shape for _, shape in looks}) == 4
    assert looks[0][0] == COLOURS[0]


def test_one_policy_alone_is_reported_too(run_tiny):
    finished = run_tiny('policies=["balanced"]')
    assert "nothing to compare it with" in (finished.folder.path / "report.html").read_text()
    assert "balanced" in printed(finished.summary)


def test_titles_are_for_people_and_names_for_commands(finished):
    results = finished.summary.results
    assert results.title("always-right") == "Always right"
    assert Results(results.columns).title("always-right") == "always-right"
    assert "always-right" in printed(summarise(results))
