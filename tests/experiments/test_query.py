"""SQL over results: what is there is found, and nothing is written or read besides."""

import csv
import io
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from experiments.design import blocks, points
from experiments.errors import RequestError
from experiments.runner import failed, run_block
from experiments.store import parquet
from experiments.store.folder import Folder, contacts_name, open_folder
from experiments.store.query import CHUNK, print_result, query, tables, write_csv
from experiments.store.units import unit_of

ORDERS = {"always-right": 0, "balanced": 1}
ODD = "it's [a] *folder* %20 of \N{LATIN SMALL LETTER U WITH DIAERESIS}"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("results") / ODD


@pytest.fixture
def folder(make_tiny, root):
    """Return results whose first replication is merged, with one run failed and done again."""
    folder = Folder(root / "tiny")
    if folder.path.exists():
        return folder
    experiment = make_tiny("log_contacts=true")
    open_folder(experiment, root)
    # The same ids with and without contacts; what is in the tables is not the model's concern.
    made = [run_block(block).runs for block in blocks(points(make_tiny()))]
    rest = {
        "series": {"week": np.arange(3), "loyalty": np.array([0.5, 0.25, np.nan])},
        "careers": {"rep": np.arange(2), "left": np.array([3.0, np.nan])},
    }
    first, second, third = [
        [replace(run, contacts=contacts_of(run, root), **rest) for run in runs] for runs in made
    ]
    folder.save(first, ORDERS)
    folder.save([failed(second[0].point, OSError("no room"))], ORDERS)
    folder.merge()
    folder.save(second, ORDERS)
    folder.save([failed(third[0].point, OSError("no room")), third[1]], ORDERS)
    return folder


def contacts_of(run, root):
    path = root / "contacts.parquet"
    text = np.array([run.point.run_id] * 3, dtype=object)
    names = np.array([run.point.name] * 3, dtype=object)
    columns = {"run_id": text, "policy": names, "wait": np.array([0.1, 0.2, np.nan])}
    parquet.write(path, columns)
    return path.read_bytes()


def ask(folder, sql):
    return list(query(folder, sql).rows())


def test_tables_hold_each_row_once(folder):
    assert ask(folder, "SELECT count(*), count(DISTINCT (policy, run_id)) FROM runs") == [(6, 6)]
    assert ask(folder, "SELECT count(*) FROM runs WHERE error <> ''") == [(1,)]
    assert ask(folder, "SELECT count(*) FROM series") == [(5 * 3,)]
    assert ask(folder, "SELECT count(*) FROM careers") == [(5 * 2,)]
    assert ask(folder, "SELECT count(*) FROM contacts") == [(5 * 3,)]


def test_what_is_asked_is_what_the_folder_holds(folder):
    rows = folder.runs()
    found = ask(folder, "SELECT policy, replication, loyalty FROM runs")
    expected = [
        (policy, replication, None if np.isnan(loyalty) else loyalty)
        for policy, replication, loyalty in zip(
            rows["policy"], rows["replication"].tolist(), rows["loyalty"].tolist(), strict=True
        )
    ]
    assert found == expected


def test_contacts_of_a_block_that_was_cut_short_do_not_count(folder):
    stray = folder.contacts / contacts_name(9, "balanced", "0" * 16)
    stray.write_bytes(next(folder.contacts.iterdir()).read_bytes().replace(b"x", b"x"))
    columns = parquet.read([stray])
    parquet.write(stray, columns | {"run_id": np.array(["0" * 16] * 3, dtype=object)})
    try:
        assert ask(folder, "SELECT count(*) FROM contacts") == [(15,)]
    finally:
        stray.unlink()


def test_tables_are_listed_with_rows_columns_and_units(folder):
    found = {table.name: table for table in tables(folder)}
    rows = {name: table.rows for name, table in found.items()}
    assert rows == {"runs": 6, "series": 15, "careers": 10, "contacts": 15}
    units = {column.name: column.unit for column in found["runs"].columns}
    assert units["loyalty"] == "0-1" and units["cost_per_contact"] == "price"
    assert units["policy"] == ""


@pytest.mark.parametrize(
    ("column", "unit"),
    [
        ("wait", "min"),
        ("cost_per_contact_year_3", "price"),
        ("cost_per_contact_from_day_364", "price"),
        ("warmup_contacts_per_day_last", "1/day"),
        ("handling_authority", "x loss"),
        ("support_nothing", ""),
        ("run_id", ""),
        ("left", "days since the branch"),
    ],
)
def test_columns_have_the_units_of_what_they_hold(column, unit):
    assert unit_of(column) == unit


READING = [
    "SELECT 1",
    "SELECT 1;",
    "/* why */ SELECT ';' -- not",
    "WITH a AS (SELECT 1 AS x) SELECT x FROM a",
    "WITH RECURSIVE a(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM a WHERE x < 3) FROM a",
    "(SELECT 1) UNION ALL (SELECT 2) ORDER BY 1",
    "FROM runs SELECT policy",
    "VALUES (1), (2)",
    "TABLE runs",
    "DESCRIBE runs",
    "SUMMARIZE series",
    "SHOW TABLES",
    "PIVOT runs ON policy IN ('balanced', 'always-right') USING avg(loyalty)",
    "SELECT quantile_cont(loyalty, 0.5) OVER () FROM runs",
]


@pytest.mark.parametrize("sql", READING)
def test_statements_that_read_are_answered(folder, sql):
    assert ask(folder, sql)


def everything(path):
    return {each: each.read_bytes() for each in path.rglob("*") if each.is_file()}


WRITING = [
    "COPY (SELECT 1 AS x) TO '{file}' (FORMAT parquet)",
    "COPY runs TO '{file}' (USE_TMP_FILE false)",
    "WITH a AS (COPY (SELECT 1 AS x) TO '{file}' (USE_TMP_FILE false)) SELECT * FROM a",
    "FROM (WITH a AS (COPY (SELECT 1 AS x) TO '{file}') SELECT * FROM a)",
    "DESCRIBE WITH a AS (COPY (SELECT 1 AS x) TO '{file}') SELECT * FROM a",
    "EXPLAIN ANALYZE COPY (SELECT 1 AS x) TO '{file}'",
    "EXPLAIN SELECT 1",
    "EXPORT DATABASE '{folder}'",
    "COPY (PIVOT runs ON policy USING avg(loyalty)) TO '{file}'",
    "PIVOT runs ON policy USING avg(loyalty)",
    "SELECT * FROM query('COPY (SELECT 1) TO ''x''')",
    "CREATE TABLE x AS SELECT 1",
    "CREATE OR REPLACE VIEW runs AS SELECT 1",
    "DROP VIEW runs",
    "INSERT INTO runs VALUES (1)",
    "ATTACH '{folder}/x.duckdb'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "PRAGMA enable_profiling",
    "CALL force_checkpoint()",
    "PREPARE a AS SELECT 1",
    "SELECT 1; SELECT 2",
    "SELECT 1; COPY (SELECT 1) TO '{file}'",
    "",
    "-- nothing",
    ";",
]


@pytest.mark.parametrize("sql", WRITING)
def test_what_does_more_than_read_is_refused_and_changes_nothing(folder, sql):
    before = everything(folder.path.parent)
    quoted = {
        "file": str(folder.path / "runs.parquet").replace("'", "''"),
        "folder": str(folder.path).replace("'", "''"),
    }
    with pytest.raises(RequestError):
        ask(folder, sql.format(**quoted))
    assert everything(folder.path.parent) == before


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/hosts')",
        "SELECT * FROM '/etc/hosts'",
        "SELECT * FROM read_csv('/etc/hosts', sep = '\\t')",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM read_text('{folder}/config.toml')",
        "SELECT * FROM read_parquet('{folder}/../*/runs.parquet')",
        "SELECT * FROM read_parquet('https://example.org/x.parquet')",
        "SELECT * FROM columns",
        "SELECT getenv('HOME')",
    ],
)
def test_nothing_else_can_be_read(folder, sql):
    columns = {"x": np.arange(3)}  # what DuckDB could find among Python's own names
    assert columns
    with pytest.raises(RequestError):
        ask(folder, sql.format(folder=str(folder.path).replace("'", "''")))


@pytest.mark.parametrize(
    ("sql", "parts"),
    [
        ("SELECT loyality FROM runs", ['"loyality"', 'nearest is "loyalty"']),
        ("SELECT runs.loyality FROM runs", ['"loyality"', 'nearest is "loyalty"']),
        ("SELECT * FROM rusn", ['"rusn"', "careers, contacts, runs, series", 'nearest is "runs"']),
        ("SELEC 1", ["syntax error", "SELEC"]),
        ("SELECT avgg(loyalty) FROM runs", ["avgg"]),
        ("SELECT policy::INT FROM runs", ["always-right"]),
        ("SELECT loyalty, count(*) FROM runs", ["GROUP BY"]),
        ("SELECT '\udcff'", ["UTF-8"]),
        ("EXPLAIN SELECT 1", ["EXPLAIN", "SELECT, WITH, DESCRIBE"]),
        ("SELECT 1; SELECT 2", ["2 statements"]),
        ("PIVOT runs ON policy USING avg(loyalty)", ["allowed: one"]),
    ],
)
def test_a_mistake_is_answered_in_a_line(folder, sql, parts):
    with pytest.raises(RequestError) as caught:
        ask(folder, sql)
    (message,) = caught.value.messages
    assert "\n" not in message and "LINE 1" not in message
    for part in parts:
        assert part in message


@settings(max_examples=12)
@given(sql=st.text(max_size=60))
def test_no_text_makes_anything_but_an_answer_or_a_plain_message(root, sql):
    folder = Folder(root / "tiny")
    if not folder.path.exists():  # made by the fixture of the tests before
        return
    try:
        rows = ask(folder, sql)
    except RequestError as error:
        assert all(message and "Traceback" not in message for message in error.messages)
    else:
        assert isinstance(rows, list)


def test_where_there_are_no_results_that_is_told(tmp_path):
    with pytest.raises(RequestError, match="no results yet"):
        query(Folder(tmp_path / "x"), "SELECT 1")
    assert tables(Folder(tmp_path / "x")) == ()


def test_csv_gives_every_number_back_to_the_last_digit(folder):
    stream = io.StringIO(newline="")
    write_csv(query(folder, "SELECT * FROM runs"), stream)
    head, *rows = csv.reader(io.StringIO(stream.getvalue(), newline=""), strict=True)
    before = folder.runs()
    assert head == list(before)
    for place, name in enumerate(head):
        column = [row[place] for row in rows]
        if before[name].dtype == object:
            assert column == before[name].tolist()
        else:
            found = [float(text) if text else np.nan for text in column]
            np.testing.assert_array_equal(found, before[name])


@given(
    values=st.lists(
        st.tuples(
            st.none() | st.floats(allow_nan=False),
            st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0")),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_csv_keeps_whatever_a_cell_holds(values):
    """Quotes, commas, line ends and NULL survive, as RFC 4180 has it."""

    class Given:
        columns = ("x", 't,"')

        def rows(self):
            return iter(values)

    stream = io.StringIO(newline="")
    write_csv(Given(), stream)
    assert stream.getvalue().count("\r\n") >= len(values) + 1
    _, *rows = csv.reader(io.StringIO(stream.getvalue(), newline=""), strict=True)
    assert [(float(x) if x else None, t) for x, t in rows] == values


def printed(answer, width=80, most=5):
    console = Console(width=width, file=io.StringIO(), color_system=None)
    print_result(answer, console, most)
    lines = console.file.getvalue().splitlines()
    assert all(len(line) <= width for line in lines)
    return [line.rstrip() for line in lines]


def test_printed_numbers_stand_right_and_the_rest_is_counted(folder):
    lines = printed(query(folder, f"SELECT i AS n, 'a' AS t FROM range({CHUNK + 234}) s(i)"))
    assert lines == ["n  t", "0  a", "1  a", "2  a", "3  a", "4  a", "… and 1,229 more"]
    lines = printed(query(folder, "VALUES (1, 'x'), (100, '[red]y[/red]') -- why"))
    assert lines[1:] == ["   1  x", " 100  [red]y[/red]"]


def test_the_rest_is_counted_also_where_a_comment_stands_at_the_end(folder):
    assert printed(query(folder, "SELECT i FROM range(9) s(i); -- x"))[-1] == "… and 4 more"


def test_a_wide_answer_fits(folder):
    wide = printed(query(folder, "SELECT * FROM runs"), most=6)
    assert wide[0].startswith("run_id") and "more columns" in wide[-1]
    upright = printed(query(folder, "SELECT * FROM runs LIMIT 1"))
    assert len(upright) == len(folder.runs()) + 1
    assert printed(query(folder, "SELECT * FROM runs WHERE false"))[-1] == "no rows"
    long = printed(query(folder, "SELECT repeat('ab', 200) AS t FROM range(4)"), width=30)
    assert "".join(line for line in long[1:] if line).count("ab") > 600


READER = """
import sys, time
from pathlib import Path
from experiments.store.query import query
from experiments.store.folder import Folder
folder, counts = Folder(Path(sys.argv[1])), []
print("ready", flush=True)
while not counts or counts[-1] < int(sys.argv[2]):
    counts.append(next(query(folder, "SELECT count(DISTINCT replication) FROM runs").rows())[0])
    assert next(query(folder, "SELECT count(*) FROM series").rows())[0] >= 6 * counts[-1]
assert counts == sorted(counts), counts
print("read", len(counts))
"""


def test_answers_are_right_while_blocks_are_saved_packed_and_merged(
    make_tiny, tmp_path, monkeypatch
):
    """A reader in another process sees ever more rows, and never fewer or half of them."""
    from experiments.store import shards

    monkeypatch.setattr(shards, "PACK", 3)
    experiment = make_tiny("replications=9")
    folder = open_folder(experiment, tmp_path)
    made = [run_block(block).runs for block in blocks(points(experiment))]
    folder.save(made[0], ORDERS)
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(folder.path), "9"],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        assert reader.stdout.readline() == "ready\n"
        for count, runs in enumerate(made[1:], start=1):
            folder.save(runs, ORDERS)
            if count % 4 == 0:
                folder.merge()
        folder.merge()
        out, _ = reader.communicate(timeout=60)
    finally:
        reader.kill()
        reader.wait()
    assert reader.returncode == 0 and "read" in out
