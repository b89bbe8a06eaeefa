"""The ODD protocol says what the code does: its tables are fresh, its names exist."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import sim
from experiments.working import project_facts
from sim import measures, moves, odd, odd_draws, purposes
from sim.parameters import describe
from sim.policy import Handling, Support
from sim.state import ACCOUNTS, TALLY

ROOT = Path(__file__).parents[2]
TEXT = odd.PAGE.read_text(encoding="utf-8")
PROSE = re.sub(r"```.*?```", "", TEXT, flags=re.DOTALL)
FORMULAS = re.findall(r"```text\n(.*?)```", TEXT, flags=re.DOTALL)
QUOTED = sorted(set(re.findall(r"`([^`\n]+)`", PROSE)))
PATHS = [word for word in QUOTED if "/" in word and " " not in word]
RECORD_OF = {name.removeprefix("state-"): columns for name, (columns, _) in odd.RECORDS.items()}


def all_modules() -> list[object]:
    found = [sim]
    for module in pkgutil.walk_packages(sim.__path__, "sim."):
        found.append(importlib.import_module(module.name))
    return found


def function_names() -> set[str]:
    names = set()
    for module in all_modules():
        names |= {name for name, value in vars(module).items() if callable(value)}
    return names


def parameter_names() -> set[str]:
    fields = (*describe(), *describe(Handling, "handling."), *describe(Support, "support."))
    names = {row.name for row in fields}
    return names | {part for name in names for part in name.split(".")}


def known_names() -> set[str]:
    names = parameter_names() | set(odd.purpose_numbers()) | set(moves.MOVE_NAMES)
    names |= {name for columns, _ in odd.RECORDS.values() for name in columns.names or ()}
    return names | set(measures.BY_NAME) | set(TALLY.names or ()) | set(ACCOUNTS)


def test_the_tables_are_as_the_code_has_them() -> None:
    assert odd.rewritten(TEXT) == TEXT, "run python -m sim.odd"


@pytest.mark.parametrize("name", odd.RECORDS)
def test_every_column_has_a_meaning(name: str) -> None:
    columns, meanings = odd.RECORDS[name]
    assert set(columns.names or ()) - set(meanings) == set(), "columns without a meaning"
    assert set(meanings) - set(columns.names or ()) == set(), "meanings without a column"
    assert all(meaning.strip() for meaning in meanings.values())


def test_every_purpose_of_a_draw_has_a_meaning() -> None:
    assert set(odd.purpose_numbers()) == set(odd_draws.PURPOSES)
    assert len(set(odd.purpose_numbers().values())) == len(odd_draws.PURPOSES)
    assert vars(purposes).keys() >= odd_draws.PURPOSES.keys()


def test_every_parameter_appears() -> None:
    missing = []
    for row in (*describe(), *describe(Handling, "handling."), *describe(Support, "support.")):
        table, _, move = row.name.rpartition(".")
        in_moves = table in odd.MOVE_TABLES and f"`{table}`" in TEXT and f"| `{move}` |" in TEXT
        if f"| `{row.name}` |" not in TEXT and not in_moves:
            missing.append(row.name)
    assert missing == []


def test_every_measure_appears() -> None:
    assert [name for name in measures.BY_NAME if f"| `{name}` |" not in TEXT] == []


@pytest.mark.parametrize("path", PATHS)
def test_every_file_named_exists(path: str) -> None:
    assert (ROOT / path).exists()


def test_every_function_named_exists() -> None:
    named = {word[:-2] for word in QUOTED if word.endswith("()")}
    assert len(named) > 30
    assert named - function_names() == set()


def test_every_name_in_backticks_exists() -> None:
    words = {word for word in QUOTED if re.fullmatch(r"[A-Za-z_][\w.]*", word)}
    known = known_names() | {f"world.{name}" for name in RECORD_OF["world"].names or ()}
    assert words - known == set()


def test_formulas_use_the_codes_own_names() -> None:
    """Names with an underscore or a record before them are parameters, columns or functions."""
    known = known_names() | function_names()
    records = {**{k: set(v.names or ()) for k, v in RECORD_OF.items()}, "policy": known}
    unknown = set()
    for formula in FORMULAS:
        for owner, name in re.findall(r"\b(\w+)\.([a-z]\w*)", formula):
            if owner in records and name not in records[owner]:
                unknown.add(f"{owner}.{name}")
        for name in re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", formula):
            if name not in known:
                unknown.add(name)
    assert unknown == set()


def test_links_within_the_page_lead_somewhere() -> None:
    heads = re.findall(r"^#+ (.+)$", PROSE, flags=re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", head).lower().replace(" ", "-") for head in heads}
    assert set(re.findall(r"\]\(#([^)]+)\)", PROSE)) - anchors == set()


def test_every_source_named_in_a_table_is_listed() -> None:
    """A reader can look up each finding that a parameter, a measure or a fact rests on."""
    sources = {row.source for row in describe()} | {one.source for one in measures.MEASURES}
    sources |= {fact.source for fact in project_facts()}
    ids = {found for source in sources for found in re.findall(r"\b[TBOEPV]\d+\b", source)}
    listed = TEXT.split("\n## Sources\n")[1]
    assert [one for one in sorted(ids) if f"| {one} |" not in listed] == []


def test_a_stale_page_is_told_and_rewritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "ODD.md"
    page.write_text(TEXT.replace("| `churn_base` | 0.016 |", "| `churn_base` | 0.5 |"), "utf-8")
    monkeypatch.setattr(odd, "PAGE", page)
    assert odd.main(["--check"]) == 1
    assert "stale" in capsys.readouterr().err
    assert odd.main([]) == 0
    assert odd.main(["--check"]) == 0
    assert page.read_text("utf-8") == odd.rewritten(TEXT)


@pytest.mark.parametrize(
    "page",
    [
        "",
        "<!-- generated: moves -->\n",
        TEXT + "\n<!-- generated: moves -->\n<!-- end -->\n",
        TEXT.replace("generated: moves", "generated: no-such-table"),
    ],
    ids=["no tables", "no end", "twice", "unknown"],
)
def test_a_broken_page_is_refused(page: str) -> None:
    with pytest.raises(odd.StaleError):
        odd.rewritten(page)


def test_a_column_without_a_meaning_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    columns, meanings = odd.RECORDS["state-team"]
    poorer = {name: meaning for name, meaning in meanings.items() if name != "size"}
    monkeypatch.setitem(odd.RECORDS, "state-team", (columns, poorer))
    with pytest.raises(odd.StaleError, match="size"):
        odd.rewritten(TEXT)
