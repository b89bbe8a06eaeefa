"""The log of contacts as a file: what the model logged, in words, in order, nothing lost."""

import math
import pickle
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments import contacts
from experiments.contacts import COLUMNS, LABELS, ContactLog, conversations
from experiments.store import parquet
from sim import Centre, Policy, Support, simulate, warm_up
from sim.moves import ISSUE_KINDS, MATTERS, MOVE_NAMES, OUTCOMES, STAGES, TONES
from sim.state import CONTACT, TURNS_PER_WORD, WORDS

LABELLED = {"run_id": "0123abcd", "policy": "it's firm", "replication": 3}
ROOM = Centre(
    customers=200,
    seats=1,
    team_size=2,
    enquiries_per_year=40.0,
    issues_per_year=20.0,
    voice_base=-1.0,
    open_minutes=1440.0,
    shift_minutes=480.0,
    patience_minutes=60.0,
)
CALLS_BACK = Policy(support=Support(follow_up=1.0))
WARMUP, DAYS = 30, 60


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    """What the model logs in two busy months."""
    start = warm_up(ROOM, Policy(), days=WARMUP, seed=3)
    parts: list[np.ndarray] = []
    simulate(ROOM, CALLS_BACK, days=DAYS, seed=3, start=start, contacts=parts.append)
    return np.concatenate(parts)


def filed(parts: list[np.ndarray]) -> bytes:
    with ContactLog(LABELLED, WARMUP) as log:
        for part in parts:
            log.write(part)
        return log.finish()


def columns_of(content: bytes) -> parquet.Columns:
    """Return the columns of a file, those with a NULL as objects."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = Path(folder) / "contacts.parquet"
        path.write_bytes(content)
        found = connection.read_parquet(str(path))
        names, told = found.columns, found.fetchall()
    columns = [[row[place] for row in told] for place in range(len(names))]
    return {
        name: np.array(values, dtype=object if None in values else None)
        for name, values in zip(names, columns, strict=True)
    }


@pytest.fixture(scope="module")
def read(rows: np.ndarray) -> parquet.Columns:
    return columns_of(filed([rows]))


def test_a_file_has_the_labels_and_every_column_in_order(read: parquet.Columns) -> None:
    """Protects whoever reads the file by the names that are promised."""
    assert tuple(read) == (*LABELS, *COLUMNS)
    assert tuple(read)[:4] == ("run_id", "policy", "replication", "day")
    promised = """day minute customer rep stage matter kind attempt wait minutes moves tones tone
        outcome claim due offered granted satisfaction payoff_customer payoff_rep
        payoff_employer"""
    assert COLUMNS[: len(promised.split())] == tuple(promised.split())
    for name, value in LABELLED.items():
        assert set(read[name].tolist()) == {value}


def numbers(column: np.ndarray) -> np.ndarray:
    """Return a column with NaN for NULL, flags among them."""
    return np.array([math.nan if v is None else v for v in column.tolist()], dtype=float)


def test_what_was_logged_stands_in_the_file(rows: np.ndarray, read: parquet.Columns) -> None:
    """Protects every number: where a thing applies the file has the model's own, to the bit."""
    assert len(read["day"]) == len(rows)
    assert np.array_equal(read["day"], rows["day"] - WARMUP)
    minute = rows["minute"] - 1440 * rows["day"]
    assert np.array_equal(read["minute"], minute) and minute.min() < 0.0
    # A talk that passes midnight has its superior's case after it.
    assert minute[read["stage"] != "superior"].max() < 1440.0 and minute.max() < 1440.0 + 60.0
    for name in CONTACT.names or ():
        if name in COLUMNS and name not in ("day", "minute", "stage", "matter", "kind", "tone"):
            got = numbers(read[name])
            told = ~np.isnan(got)
            assert np.array_equal(got[told], rows[name][told].astype(float)), name
            # Left out is only what says nothing: a zero, or -1 for nobody.
            assert np.isin(rows[name][~told], (0, -1)).all() or name == "claim_left", name


def test_words_are_the_models_numbers(rows: np.ndarray, read: parquet.Columns) -> None:
    """Protects the reader from a word that stands one place off."""
    assert [STAGES[n] for n in rows["stage"]] == read["stage"].tolist()
    assert [MATTERS[n] for n in rows["matter"]] == read["matter"].tolist()
    assert [OUTCOMES[n] for n in rows["ending"]] == read["outcome"].tolist()
    kinds = [ISSUE_KINDS[n] if n >= 0 else None for n in rows["kind"]]
    assert kinds == read["kind"].tolist()
    tones = [TONES[row["tone"]] if row["turns"] else None for row in rows]
    assert tones == read["tone"].tolist()
    assert {"floor", "superior", "call back"} == set(read["stage"].tolist())
    assert {"abandoned", "resolved", "escalated", "noted"} <= set(read["outcome"].tolist())


def test_what_does_not_apply_is_null(read: parquet.Columns) -> None:
    """Protects averages over a column: an enquiry has no claim of 0, an abandoned call no talk."""

    def null(name: str) -> np.ndarray:
        return np.array([v is None or v != v for v in read[name].tolist()])

    stage, matter, outcome = (read[name] for name in ("stage", "matter", "outcome"))
    lost = outcome == "abandoned"
    talk = (stage == "floor") & (matter == "issue") & ~lost
    case = stage == "superior"
    applies = {
        "rep": ~lost & (stage != "call back"),
        "kind": matter == "issue",
        "wait": stage != "call back",
        "minutes": ~lost,
        "claim": matter == "issue",
        "granted": matter == "issue",
        "moves": talk,
        "tones": talk,
        "tone": talk,
        "turns": talk,
        "boundary": talk,
        "offered": talk | case,
        "heard": talk | case,
        "apologised": talk | case,
        "strain": (stage == "floor") & ~lost,
        "payoff_rep": (talk & (outcome != "escalated")) | case,
        "satisfaction": ((matter == "enquiry") & ~lost)
        | (talk & (outcome != "escalated"))
        | case
        | (outcome == "mended"),
    }
    for name in ("procedural", "interactional", "quality", "expectation"):
        applies[name] = applies["satisfaction"]
    applies["distributive"] = applies["payoff_rep"] | (outcome == "mended")
    for name, those in applies.items():
        assert those.any() and not those.all(), name
        assert np.array_equal(~null(name), those), name
    assert not null("concluded").any()


def test_conversations_are_as_long_as_they_were(rows: np.ndarray, read: parquet.Columns) -> None:
    """Protects the story of a conversation: a word a turn, and the last move ends it."""
    for turns, moves, tones, outcome in zip(
        rows["turns"], read["moves"], read["tones"], read["outcome"], strict=True
    ):
        if turns:
            assert len(moves.split(" ")) == len(tones.split(" ")) == turns
            assert moves.endswith("escalate") == (outcome == "escalated")


turn = st.tuples(st.integers(0, len(MOVE_NAMES) - 1), st.integers(0, len(TONES) - 1))
talks = st.lists(st.lists(turn, max_size=WORDS * TURNS_PER_WORD), max_size=8)


@given(talks)
def test_any_conversation_comes_back_in_words(told: list[list[tuple[int, int]]]) -> None:
    """Holds for all: packed as the model packs it, a conversation reads as it was held."""
    said = np.zeros((len(told), WORDS), dtype=np.int64)
    for row, one in enumerate(told):
        for place, (move, tone) in enumerate(one):
            digit = (4 * move + tone) << (6 * (place % TURNS_PER_WORD))
            said[row, place // TURNS_PER_WORD] += digit
    moves, tones = conversations(said, np.array([len(one) for one in told], dtype=np.int64))
    assert moves.tolist() == [" ".join(MOVE_NAMES[m] for m, _ in one) for one in told]
    assert tones.tolist() == [" ".join(TONES[t] for _, t in one) for one in told]


@settings(max_examples=5)
@given(st.lists(st.integers(0, 3000), max_size=12))
def test_in_parts_as_in_one(rows: np.ndarray, read: parquet.Columns, cuts: list[int]) -> None:
    """Holds for all: however the log is cut, empty parts included, the file is the same rows."""
    parts = np.split(rows, sorted(cuts))
    again = columns_of(filed(list(parts)))
    for name, values in read.items():
        assert again[name].tolist() == values.tolist(), name


def test_a_run_without_contacts_has_a_file_with_columns() -> None:
    """Protects a folder of runs that is read as one: no contacts is no rows, not no file."""
    for parts in ([], [np.zeros(0, CONTACT)]):
        read = columns_of(filed(parts))
        assert tuple(read) == (*LABELS, *COLUMNS)
        assert len(read["day"]) == 0


def test_a_file_without_conversations_fits_with_one_that_has(
    rows: np.ndarray, tmp_path: Path
) -> None:
    """Protects the types of the columns, which must not hang on what was logged."""
    quiet = rows[rows["turns"] == 0]
    types = []
    for name, part in {"none": rows[:0], "quiet": quiet, "all": rows}.items():
        (tmp_path / f"{name}.parquet").write_bytes(filed([part]))
        query = "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM sources)"
        found = parquet.read([tmp_path / f"{name}.parquet"], query)
        types.append(
            list(zip(found["column_name"].tolist(), found["column_type"].tolist(), strict=True))
        )
    assert types[0] == types[1] == types[2]
    assert dict(types[0])["moves"] == "VARCHAR"
    files = [tmp_path / f"{name}.parquet" for name in ("quiet", "none", "all")]
    both = parquet.read(files, "SELECT count(*) AS n, count(moves) AS talks FROM sources")
    assert both["n"].tolist() == [len(quiet) + len(rows)]
    assert both["talks"].tolist() == [len(rows) - len(quiet)]


def test_nothing_is_left_behind(rows: np.ndarray, monkeypatch: Any, tmp_path: Path) -> None:
    """Protects the disk: the parts go, also when the run fails."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    filed([rows])
    with pytest.raises(RuntimeError), ContactLog(LABELLED, WARMUP) as log:
        log.write(rows)
        assert list(tmp_path.iterdir())
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_logs_are_written_on_several_threads(rows: np.ndarray, read: parquet.Columns) -> None:
    """Protects runs side by side: each log has a folder and a connection of its own."""
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(columns_of, pool.map(filed, [[rows]] * 8)))
    for one in found:
        assert one["minute"].tolist() == read["minute"].tolist()
    assert isinstance(pickle.loads(pickle.dumps(filed([rows]))), bytes)


def test_both_engines_give_the_same_bytes() -> None:
    """Protects the promise on the file itself: the same contacts, whatever the engine."""
    files = []
    for engine in ("compiled", "mesa"):
        start = warm_up(ROOM, Policy(), days=10, seed=4, engine=engine)
        with ContactLog(LABELLED, start.day) as log:
            simulate(
                ROOM, CALLS_BACK, days=8, seed=4, start=start, engine=engine, contacts=log.write
            )
            files.append(log.finish())
    assert files[0] == files[1]
    assert len(columns_of(files[0])["day"]) > 50


def test_every_column_of_the_model_is_in_the_file() -> None:
    """Protects a new column of the log from being forgotten here."""
    elsewhere = {"said": {"moves", "tones"}, "ending": {"outcome"}}
    for name in CONTACT.names or ():
        assert elsewhere.get(name, {name}) <= set(contacts.COLUMNS), name
