"""What must not matter to an experiment: names, orders, workers, engines.

Whole experiments, run through the laboratory into a folder of their own. All of it is exact.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from experiments import conclusion, session
from experiments.config import load_experiment
from sim.simulation import EngineName

EXPERIMENT = """
name = "NAME"
question = "Does a label matter?"
policies = POLICIES
warmup_days = 20
days = 28
replications = 4

[centre]
customers = 400
seats = 2
team_size = 2
enquiries_per_year = 30.0
issues_per_year = 12.0
voice_base = -1.0
initial_training_days = 3

[policy.one]
base = "strict-boundaries"

[policy.twin]
base = "strict-boundaries"

[policy.the-very-best]
base = "strict-boundaries"
"""


class Done:
    """What an experiment left: its rows by policy, and its contrasts by pair and measure."""

    def __init__(
        self,
        root: Path,
        policies: list[str],
        *,
        name: str = "plain",
        workers: int = 1,
        engine: EngineName = "compiled",
    ) -> None:
        root.mkdir(parents=True)
        path = root / f"{name}.toml"
        text = EXPERIMENT.replace("NAME", name).replace("POLICIES", json.dumps(policies))
        path.write_text(text, encoding="utf-8")
        finished = session.run(
            load_experiment(path),
            root=root,
            workers=workers,
            engine=engine,
            say=lambda line: None,
        )
        assert not finished.failures and not finished.interrupted
        self.tables = {kind: finished.folder.table(kind) for kind in ("runs", "series", "careers")}
        summary = json.loads((finished.folder.path / "summary.json").read_text(encoding="utf-8"))
        self.contrasts = {(c["a"], c["b"], c["measure"]): c for c in summary["contrasts"]}

    def rows(self, policy: str) -> dict[str, Any]:
        """Return all that is kept of a policy's runs, but for the names themselves."""
        found = {}
        for kind, table in self.tables.items():
            chosen = table["policy"] == policy
            assert chosen.any()
            for name, values in table.items():
                if name not in ("policy", "policy_order", "experiment"):
                    mine = values[chosen]
                    text = mine.dtype == object
                    found[f"{kind}.{name}"] = mine.tolist() if text else mine.tobytes()
        return found


@pytest.fixture(autouse=True, scope="module")
def no_figures() -> Iterator[None]:
    """Leave the report out: it draws for seconds what is not looked at here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conclusion, "write_report", lambda *given: None)
        yield


POLICIES = ["one", "balanced", "twin"]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """Return an experiment of two equal policies under two names, and a third."""
    return Done(tmp_path_factory.mktemp("plain") / "here", POLICIES)


def test_equal_policies_differ_by_exactly_zero(plain: Done) -> None:
    """Protects pairing: what differs in name only differs in no measure, with no uncertainty."""
    assert plain.rows("one") == plain.rows("twin") != plain.rows("balanced")
    pairs = [c for (a, b, _), c in plain.contrasts.items() if {a, b} == {"one", "twin"}]
    told = [c for c in pairs if c["n"] > 0]
    assert len(told) > 30
    for contrast in told:
        assert (contrast["mean"], contrast["low"], contrast["high"]) == (0.0, 0.0, 0.0), contrast
    others = [c for (a, b, _), c in plain.contrasts.items() if "balanced" in (a, b)]
    assert sum(c["mean"] not in (0.0, None) for c in others) > 30


def test_a_policys_name_changes_nothing(plain: Done, tmp_path: Path) -> None:
    """Protects against rules that look at names: no name, of policy or experiment, is read."""
    other = Done(tmp_path / "here", ["the-very-best", "balanced"], name="worst")
    assert other.rows("the-very-best") == plain.rows("one")
    assert other.rows("balanced") == plain.rows("balanced")


def test_the_order_of_policies_changes_nothing(plain: Done, tmp_path: Path) -> None:
    """Protects the branch: whoever is run first, runs are the same; a difference turns its sign."""
    other = Done(tmp_path / "here", POLICIES[::-1])
    for policy in POLICIES:
        assert other.rows(policy) == plain.rows(policy)
    for (a, b, measure), contrast in plain.contrasts.items():
        here = contrast["mean"], contrast["low"], contrast["high"]
        if (a, b, measure) in other.contrasts:
            there = other.contrasts[a, b, measure]
            assert (there["mean"], there["low"], there["high"]) == here
        else:
            there = other.contrasts[b, a, measure]
            turned = there["mean"], there["high"], there["low"]
            assert here == tuple(v if v is None else pytest.approx(-v, abs=1e-15) for v in turned)


@pytest.mark.parametrize("workers", [2, 3])
def test_the_number_of_workers_changes_nothing(plain: Done, tmp_path: Path, workers: int) -> None:
    """Protects the laboratory: how the work is shared out is not in the rows."""
    other = Done(tmp_path / "here", POLICIES, workers=workers)
    for policy in POLICIES:
        assert other.rows(policy) == plain.rows(policy)
    assert other.contrasts == plain.contrasts


@pytest.mark.slow
def test_the_engine_changes_nothing(plain: Done, tmp_path: Path) -> None:
    """Protects the laboratory's door to both engines: the same rows, bit for bit."""
    other = Done(tmp_path / "here", POLICIES, engine="mesa")
    for policy in POLICIES:
        assert other.rows(policy) == plain.rows(policy)


def test_weeks_add_up_to_the_run(plain: Done) -> None:
    """Protects the series: four weeks are the 28 days, for what is a sum over days."""
    runs, series = plain.tables["runs"], plain.tables["series"]
    for name in ("contacts_per_day", "profit", "customers"):
        for run_id, policy, whole in zip(runs["run_id"], runs["policy"], runs[name], strict=True):
            mine = (series["run_id"] == run_id) & (series["policy"] == policy)
            mine &= series["week"] >= 1  # Weeks of the warm-up count down to 0.
            assert mine.sum() == 4
            assert series[name][mine].mean() == pytest.approx(whole, rel=1e-9), name
