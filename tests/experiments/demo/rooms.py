"""Rooms small enough to answer in a blink, in which everything happens."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from experiments.demo.setting import Setting

BUSY = """
name = "busy"
policies = ["always-right", "balanced", "strict-boundaries"]
warmup_days = 20
days = 35
replications = 6
seed = 7

[centre]
customers = 400
seats = 2
team_size = 2
enquiries_per_year = 40.0
issues_per_year = 25.0
voice_base = -1.0
initial_training_days = 3
anger_issue = 1.0
abuse_threshold = 0.3
abuse_rate = 0.8

[support]
training = 0.5
breaks = 15.0
break_after_abuse = 10.0
emotional_support = 0.5
follow_up = 0.25
feedback = 0.5
transparency = 0.5
education = 0.0

[policy.firmer]
base = "balanced"
title = "Firmer"
generosity = 0.1
"""

SWITCHING = """
[[timeline]]
day = 5
policy = "always-right"
of = "strict-boundaries"

[[timeline]]
day = 9
policy = "neutral"
"""


@cache
def room(more: str = "") -> Setting:
    """Return a busy room, with more written at the end of its file."""
    path = Path(mkdtemp(prefix="frontline-room-")) / "busy.toml"
    path.write_text(BUSY + more, encoding="utf-8")
    return Setting(path)
