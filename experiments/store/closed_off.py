"""DuckDB closed off: it reads the files that it was given, and does nothing else.

Three things see to that: its own settings, which allow those files and no other path; its
reading of the statement, which must be a single one that reads, all the way down; and the
refusal of what would run another statement, such as EXPLAIN ANALYZE.
"""

import json
import re
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from experiments.errors import RequestError, hint, no_such
from experiments.store.parquet import quoted

_ALLOWED = "allowed: one statement that reads, for example SELECT, WITH, DESCRIBE or SUMMARIZE"

# What DuckDB's syntax trees may hold where a query stands; a WITH clause may also hold a
# COPY or an INSERT, and is a SELECT all the same.
_READS = {"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"}


def closed_off(files: Sequence[Path], views: Mapping[str, str]) -> duckdb.DuckDBPyConnection:
    """Return a connection that reads these files, and nothing else on this machine.

    Parameters
    ----------
    files : sequence of Path
        The files.
    views : mapping of str to str
        The SQL of each view, by its name.
    """
    connection = duckdb.connect()
    allowed = ", ".join(quoted(str(path.absolute())) for path in files)
    # Of its own: DuckDB lets a query read the folder, which is made where memory runs out.
    spill = Path(tempfile.gettempdir()) / f"frontline-{uuid.uuid4().hex}"
    for setting in (
        f"temp_directory = {quoted(str(spill))}",
        f"allowed_paths = [{allowed}]",
        "python_enable_replacements = false",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        connection.execute(f"SET {setting}")
    for name, sql in views.items():
        connection.execute(f"CREATE VIEW {name} AS {sql}")
    return connection


def refuse_writing(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Refuse what is no single statement that reads, by DuckDB's own reading of it.

    Parameters
    ----------
    connection : DuckDBPyConnection
        Any.
    sql : str
        What was asked.
    """
    try:
        sql.encode()
        statements = connection.extract_statements(sql)
    except UnicodeEncodeError:
        raise RequestError([f"the query is no UTF-8 text; {_ALLOWED}"]) from None
    except duckdb.Error as error:
        raise told(error) from None
    if len(statements) != 1:
        raise RequestError([f"the query holds {len(statements)} statements; {_ALLOWED}"])
    kind = statements[0].type.name
    if kind == "MULTI":
        raise RequestError(
            [
                "the query is a PIVOT that has to look for its columns first; allowed: one that "
                "names them, for example PIVOT runs ON policy IN ('balanced') USING avg(loyalty)"
            ]
        )
    if kind != "SELECT":
        raise RequestError([f"the query is a statement of the kind {kind}; {_ALLOWED}"])
    found = connection.execute("SELECT json_serialize_sql(?)", [sql]).fetchone()
    tree = json.loads(found[0]) if found else {"error": True}
    others = sorted(set(_nodes(tree)) - _READS)
    if tree["error"] or others:
        what = others[0].removesuffix("_NODE").removesuffix("_QUERY") if others else "more"
        raise RequestError([f"the query holds a statement that writes ({what}); {_ALLOWED}"])


def _nodes(tree: Any) -> Iterator[str]:
    """Yield the kinds of the queries in a syntax tree, from any depth."""
    waiting = [tree]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            kind = each.get("type")
            if isinstance(kind, str) and kind.endswith("_NODE"):
                yield kind
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)


_NO_COLUMN = re.compile(r'(?:column|column named) "(?P<name>[^"]+)"')
_NO_TABLE = re.compile(r"Table with name (?P<name>.+?) does not exist")


def told(error: Exception, connection: duckdb.DuckDBPyConnection | None = None) -> RequestError:
    """Return DuckDB's message in a plain line, with the nearest name that there is."""
    text = str(error).partition("\n\nLINE ")[0]
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    _, colon, rest = first.partition(": ")
    reason = (rest if colon and first.split(":")[0].endswith("Error") else first).rstrip("!. ")
    if connection is not None:
        if table := _NO_TABLE.search(reason):
            return RequestError(
                [f"the query: table: {no_such('table', table['name'], _known(connection))}"]
            )
        if column := _NO_COLUMN.search(reason):
            known = _known(connection, columns=True)
            reason += "" if column["name"] in known else hint(column["name"], known)
    if isinstance(error, duckdb.IOException):
        reason += ". Where the experiment is being run, its files have moved on: ask again"
    return RequestError([f"the query cannot be answered: {reason}"])


def _known(connection: duckdb.DuckDBPyConnection, columns: bool = False) -> list[str]:
    what = "column_name" if columns else "table_name"
    sql = f"SELECT DISTINCT {what} FROM duckdb_columns() WHERE NOT internal ORDER BY 1"
    return [name for (name,) in connection.execute(sql).fetchall()]
