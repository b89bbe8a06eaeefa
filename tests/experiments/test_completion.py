"""What Tab offers: in bash itself, and as fast as a key stroke asks for."""

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from experiments.bench import FIGURES
from experiments.command import completion
from experiments.config import load_experiment
from experiments.errors import RequestError

ROOT = Path(__file__).resolve().parents[2]
BASH = shutil.which("bash")
in_bash = pytest.mark.skipif(BASH is None, reason="there is no bash here")


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Install the completion of bash as a user does, in a home of its own."""
    home = tmp_path_factory.mktemp("home")
    command = home / "bin" / "frontline"
    command.parent.mkdir()
    command.write_text(f"#!{sys.executable}\nfrom experiments.cli import main\nmain()\n")
    command.chmod(0o755)
    (home / "results" / "past").mkdir(parents=True)
    (home / "results" / "past" / "provenance.json").write_text("{}")
    (home / "mine.toml").write_text("")
    environment = {
        **os.environ,
        "HOME": str(home),
        "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "TERM": "dumb",
    }
    done = subprocess.run(
        [BASH, "-c", "frontline --install-completion; exit $?"],
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return home, environment


_ASK = """
source ~/.bashrc
while IFS= read -r line; do
  read -ra COMP_WORDS <<< "$line"
  [[ $line == *' ' ]] && COMP_WORDS+=('')
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMPREPLY=()
  _frontline_completion frontline
  echo "${COMPREPLY[*]}"
done
"""


@in_bash
def test_bash_offers_names_of_every_kind(installed):
    home, environment = installed
    asked = {
        "frontline ru": "run",
        "frontline run class": "classroom",
        "frontline run mi": "mine.toml",
        "frontline run classroom --set centre.seat": "centre.seats= centre.seats=20",
        "frontline run classroom --engine me": "mesa",
        "frontline run classroom --cluster sl": "slurm: slurm:4",
        "frontline results pa": "past",
        "frontline report ": "past",
        "frontline results --out elsewhere ": "",
        "frontline bench help": "help_ratio",
        "frontline parameters Op": "Operations",
        "frontline policies bal": "balanced",
        "frontline study ": "coverage",
    }
    done = subprocess.run(
        [BASH, "--norc", "-c", _ASK],
        input="".join(f"{line}\n" for line in asked),
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.stderr == ""
    assert dict(zip(asked, done.stdout.splitlines(), strict=True)) == asked


@in_bash
def test_tab_completes_on_a_terminal(installed):
    home, environment = installed
    mine, theirs = pty.openpty()
    shell = subprocess.Popen(
        [BASH, "-i"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        cwd=home,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        os.write(mine, b"echo rea''dy\n")
        _until(mine, "ready")
        os.write(mine, b"frontline run classr\t")
        _until(mine, "classroom ")
        os.write(mine, b"--set centre.sea\t")
        assert _until(mine, "centre.seats=").endswith("centre.seats=")  # and no space after it
    finally:
        shell.kill()
        shell.wait()
        os.close(mine)


def _until(terminal, wanted):
    """Read a terminal until the wanted text has come."""
    seen, deadline = "", time.monotonic() + 60.0
    while wanted not in seen:
        ready, _, _ = select.select([terminal], [], [], deadline - time.monotonic())
        assert ready, seen
        seen += os.read(terminal, 4096).decode().replace("\a", "")  # the bell
    return seen


def test_it_knows_all_figures_of_the_bench_without_importing_it():
    assert [name for name, _ in completion.figures("")] == list(FIGURES)


@pytest.mark.parametrize("key", ["replications", "centre.seats", "support.breaks", "neutral"])
def test_a_key_that_is_offered_can_be_set_to_its_default(key, tiny_file):
    offers = [text for text, _ in completion.sets(key)]
    assert f"{key}=" in offers
    (default,) = [text for text in offers if text.startswith(f"{key}=") and text != f"{key}="]
    load_experiment(tiny_file, [default])


def test_every_key_that_is_offered_is_one(tiny_file):
    """A key that is none is answered by its own message, whatever the value."""
    for text, _ in completion.sets(""):
        try:
            load_experiment(tiny_file, [text + "nonsense!"])
        except RequestError as error:
            assert not any("no such key" in message for message in error.messages), text


def test_a_mistake_offers_nothing_and_says_nothing(capsys):
    assert completion.configs("/no/such/folder/") == []
    assert completion.sets("no.such.key=") == []
    assert capsys.readouterr() == ("", "")


def test_a_folder_is_offered_with_what_is_in_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "studies").mkdir()
    (tmp_path / "studies" / "one.toml").write_text("")
    offers = [text for text, _ in completion.configs("stu")]
    assert offers == ["studies/", "studies/one.toml"]


def test_names_and_keys_are_offered_without_what_is_slow():
    code = (
        "import sys\n"
        "from experiments.command import completion\n"
        "for offer in (completion.configs, completion.figures, completion.sets,\n"
        "              completion.groups, completion.policies):\n"
        "    assert offer(''), offer\n"
        "heavy = {'numpy', 'numba', 'rich', 'duckdb', 'scipy', 'matplotlib', 'pandas'}\n"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
