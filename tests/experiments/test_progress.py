import io
import threading

import pytest

from experiments.progress import Bar, Lines, Meter, Silence, clock, display_for


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
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    assert isinstance(display_for("x", stream=io.StringIO()), Lines)
    assert isinstance(display_for("x", quiet=True, stream=Terminal()), Silence)
    terminal = Terminal()
    with display_for("x", stream=terminal) as bar:
        assert isinstance(bar, Bar)
        meter = Meter(10, 1, bar)
        meter.add_days(10)
        meter.add_runs(1, 0)
    assert "1/1 runs" in terminal.getvalue()
