import io
import re
import sys
import threading
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.command import progress
from experiments.command.progress import (
    STOPPING,
    Bar,
    Lines,
    Meter,
    Silence,
    Sink,
    clock,
    display_for,
)


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Deaf(io.StringIO):
    """A pipe whose reader has gone."""

    def write(self, text):
        raise BrokenPipeError

    def flush(self):
        raise BrokenPipeError


class DeafTerminal(Deaf, Terminal):
    pass


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0:00"), (61, "1:01"), (3_725, "1:02:05")])
def test_times_are_written_as_clocks(seconds, text):
    assert clock(seconds) == text


def test_a_line_now_and_then_and_one_at_the_end():
    stream = io.StringIO()
    with Lines("tiny", stream, every=3_600.0) as lines:
        meter = Meter(100, 2, lines)
        meter.add_days(50)
        meter.add_runs(1, 1)
        assert stream.getvalue() == ""
        meter.add_days(50)
        meter.add_runs(1, 0)
    (line,) = stream.getvalue().splitlines()
    assert line.startswith("tiny 100%  2/2 runs")
    assert line.endswith("1 failed")


def test_lines_tell_rate_and_time_left():
    stream = io.StringIO()
    meter = Meter(100, 2, Lines("tiny", stream, every=0.0))
    meter.add_days(50)
    assert "50%  0/2 runs" in stream.getvalue()
    assert "years/min" in stream.getvalue() and "left" in stream.getvalue()


def test_the_rate_is_that_of_simulated_years_and_the_time_left_follows_from_it(monkeypatch):
    now = [1_000.0]
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: now[0]))
    meter = Meter(2 * 3_650, 4, Silence())
    now[0] += 30.0
    meter.add_days(3_650)
    assert "20 years/min" in meter.text() and "0:30 left" in meter.text()
    now[0] += 10.0  # nothing was heard of a cluster's block since
    assert "20 years/min" in meter.text() and "0:20 left" in meter.text()
    now[0] += 100.0
    assert "0:00 left" in meter.text()


@given(steps=st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=1, max_size=20))
def test_the_share_done_stays_a_share_while_the_work_grows(steps):
    """Replications are added for the precision while others are being run."""
    meter = Meter(0, 0, Silence())
    for more, done in steps:
        meter.extend(more, more)
        meter.add_days(done)
        assert 0.0 <= meter.share <= 1.0
        assert meter.text()
    assert meter.runs == sum(more for more, _ in steps)


def test_the_precision_and_the_stop_are_told():
    stream = io.StringIO()
    meter = Meter(100, 2, Lines("tiny", stream, every=0.0))
    meter.precision = "retention balanced − always-right: ±0.0061 of ±0.005, n = 40"
    meter.add_days(10)
    assert meter.precision in stream.getvalue() and STOPPING not in stream.getvalue()
    meter.stopping = True
    meter.add_days(10)
    assert STOPPING in stream.getvalue()

    terminal = Terminal()
    with Bar("tiny", terminal) as bar:
        meter = Meter(100, 2, bar)
        meter.precision = "loyalty ±0.1"
        meter.stopping = True
        meter.add_runs(1, 1)
    assert "loyalty ±0.1" in terminal.getvalue()
    assert "Ctrl-C again" in terminal.getvalue() and "1 failed" in terminal.getvalue()


def test_days_from_many_threads_all_count():
    meter = Meter(4_000, 1, Silence())
    threads = [
        threading.Thread(target=lambda: [meter.add_days(1) for _ in range(1_000)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert meter.days_done == 4_000


def test_the_display_suits_where_it_goes():
    assert isinstance(display_for("x", stream=io.StringIO()), Lines)
    assert isinstance(display_for("x", quiet=True, stream=Terminal()), Silence)
    terminal = Terminal()
    with display_for("x", stream=terminal) as bar:
        assert isinstance(bar, Bar)
        meter = Meter(10, 1, bar)
        meter.add_days(10)
        meter.add_runs(1, 0)
    assert "1/1 runs" in terminal.getvalue()


def test_the_line_is_never_longer_than_the_terminal(monkeypatch):
    """A line that wraps cannot be drawn over: the screen would fill."""
    monkeypatch.setenv("COLUMNS", "60")
    terminal = Terminal()
    with Bar("a-long-name-of-an-experiment", terminal) as bar:
        meter = Meter(10_000_000, 100_000, bar)
        meter.precision = "a measure with a long name, and the policies that it compares, in full"
        meter.add_days(9_999)
        meter.add_runs(99_999, 12_345)
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.getvalue())
    assert max(len(line) for line in re.split(r"[\r\n]", plain)) <= 60
    # The cursor is shown again, however it ended.
    assert terminal.getvalue().rindex("\x1b[?25h") > terminal.getvalue().rindex("\x1b[?25l")


def closed():
    stream = io.StringIO()
    stream.close()
    return stream


@pytest.mark.parametrize("make", [Deaf, DeafTerminal, closed, lambda: None])
def test_what_cannot_be_shown_never_stops_a_run(make, monkeypatch):
    monkeypatch.setattr("sys.stderr", make())
    with display_for("x") as display:
        meter = Meter(10, 2, display)
        if isinstance(display, Lines):
            display.every = 0.0
        meter.add_days(10)
        meter.add_runs(1, 0)
        meter.add_runs(1, 0)
    assert meter.runs_done == 2


def test_a_sink_gives_up_on_the_first_failure():
    sink = Sink(Deaf())
    assert sink.write("text") == 4
    assert sink.stream is None and not sink.isatty()
    sink.flush()


def test_a_notebook_is_told_on_standard_output(monkeypatch):
    """Notebooks show what goes to standard error as a fault, on red."""
    shell = SimpleNamespace(kernel=None)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    stream = io.StringIO()
    monkeypatch.setattr("sys.stdout", stream)
    assert isinstance(display_for("x"), Lines)
    Meter(0, 0, display_for("x")).add_runs(0, 0)
    assert stream.getvalue().startswith("x 100%")
