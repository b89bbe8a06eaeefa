"""One process at a time: real processes, really killed."""

import json
import subprocess
import sys
import threading

import pytest

from experiments.errors import RequestError
from experiments.store.lock import holder, locked

HOLD = """
import sys, time
from pathlib import Path
from experiments.store.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
print("let go", flush=True)
"""


@pytest.fixture
def hold(tmp_path):
    """Return a function that starts a process that holds the lock of a folder until told."""
    begun = []

    def start(path):
        child = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        begun.append(child)
        assert child.stdout.readline() == "held\n"
        return child

    yield start
    for child in begun:
        child.kill()
        child.communicate()


def test_a_second_process_is_told_who_holds_it(tmp_path, hold):
    path = tmp_path / "results" / "x"
    child = hold(path)
    with pytest.raises(RequestError) as caught, locked(path):
        raise AssertionError
    (message,) = caught.value.messages
    assert f"process {child.pid} on " in message and "nothing was changed" in message
    assert str(child.pid) in holder(path)
    child.stdin.write("\n")
    child.stdin.flush()
    assert child.stdout.readline() == "let go\n"
    assert holder(path) is None
    with locked(path):
        pass


def test_a_killed_process_holds_nothing(tmp_path, hold):
    path = tmp_path / "x"
    child = hold(path)
    child.kill()
    child.wait()
    assert holder(path) is None
    with locked(path):
        assert str(child.pid) not in holder(path).split()


def test_the_lock_holds_while_the_folder_is_moved_aside(tmp_path, hold):
    path = tmp_path / "x"
    path.mkdir()
    hold(path)
    path.rename(tmp_path / "x.old")
    with pytest.raises(RequestError), locked(path):
        raise AssertionError


def test_another_way_to_the_same_folder_is_locked_too(tmp_path, hold, monkeypatch):
    path = tmp_path / "x"
    path.mkdir()
    (tmp_path / "link").symlink_to(path)
    hold(path)
    monkeypatch.chdir(tmp_path)
    for other in (tmp_path / "link", type(path)("x"), path / ".." / "x"):
        assert holder(other) is not None
        with pytest.raises(RequestError), locked(other):
            raise AssertionError


def test_another_thread_is_kept_out(tmp_path):
    path = tmp_path / "x"
    found = []

    def try_it():
        try:
            with locked(path):
                found.append("got in")
        except RequestError as error:
            found.append(str(error))

    with locked(path):
        thread = threading.Thread(target=try_it)
        thread.start()
        thread.join()
    assert "is being run by process" in found[0]
    try_it()
    assert found[1] == "got in"


def test_other_folders_are_free(tmp_path):
    with locked(tmp_path / "x"), locked(tmp_path / "y"):
        assert holder(tmp_path / "z") is None


def test_looking_leaves_nothing_behind(tmp_path):
    assert holder(tmp_path / "results" / "x") is None
    assert list(tmp_path.iterdir()) == []


def test_an_error_inside_lets_go(tmp_path):
    with pytest.raises(ZeroDivisionError), locked(tmp_path / "x"):
        raise ZeroDivisionError
    assert holder(tmp_path / "x") is None
    assert [path.name for path in tmp_path.iterdir()] == [".x.lock"]


@pytest.mark.parametrize("note", ["", "{", "[]", json.dumps({"pid": 1})])
def test_a_note_that_cannot_be_read_does_no_harm(tmp_path, note):
    path = tmp_path / "x"
    with locked(path):
        (tmp_path / ".x.holder").write_text(note)
        assert holder(path) == "another process"


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RequestError, match="cannot be locked"), locked(tmp_path / "file" / "x"):
        raise AssertionError
