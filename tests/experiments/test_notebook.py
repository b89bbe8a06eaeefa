"""The worked notebook, run by a real kernel.

Run this file by itself to write the outputs of the committed notebook again.
"""

import os
import re
import tempfile
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from traitlets.config import Config

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "experiments" / "notebooks" / "first-experiment.ipynb"
A_PATH = re.compile(r"(?<![\w.])/(?:home|root|tmp|usr|opt|var|work|Users)/|[A-Z]:\\\\")


def executed(folder):
    """Return the notebook as a reader's kernel fills it, working in that folder."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    with tempfile.TemporaryDirectory() as sockets:
        # By files and not by TCP, which a kernel warns of: anybody on the machine could listen.
        config = Config(KernelManager={"transport": "ipc", "ip": str(Path(sockets) / "kernel")})
        client = NotebookClient(
            notebook,
            config=config,
            kernel_name="python3",
            timeout=300,
            record_timing=False,
            coalesce_streams=True,
            resources={"metadata": {"path": str(folder)}},
        )
        return client.execute()


def text_of(notebook):
    """Return what the cells printed and showed as text, a string a cell."""
    found = []
    for cell in notebook.cells:
        parts = []
        for output in cell.get("outputs", []):
            assert output.output_type != "error", output
            assert output.get("name") != "stderr", output
            parts.append(output.get("text") or output.get("data", {}).get("text/plain", ""))
        found.append("".join(parts))
    return found


@pytest.mark.slow
def test_the_notebook_leads_from_a_config_to_a_claim(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = executed(tmp_path)
    text = "\n".join(text_of(notebook))
    assert re.search(r"95 % interval \[[-+].*\], n = \d+", text)
    assert "Strict boundaries against Always right" in text
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    kinds = {kind for output in outputs for kind in output.get("data", {})}
    assert "image/png" in kinds and "text/html" in kinds
    assert (tmp_path / "results" / "first-experiment" / "report.html").is_file()


def test_the_committed_outputs_are_whole_and_hold_no_path_of_a_machine():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    texts = text_of(notebook)
    code = [place for place, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    assert all(texts[place] for place in code[2:])  # the first two import and define
    assert not A_PATH.search("\n".join(texts))
    assert NOTEBOOK.stat().st_size < 300_000


def write_outputs():
    """Run the notebook and keep its outputs, without what differs from one time to the next."""
    os.environ["PYTHONPATH"] = str(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        notebook = executed(folder)
    for cell in notebook.cells:
        cell.metadata = {}
        lines = [output for output in cell.get("outputs", []) if output.output_type == "stream"]
        for output in lines:  # progress: the last line of it, without the time
            if "years/min" in output.text:
                output.text = re.sub(r" · [\d,]+ years/min · .*", "", output.text.splitlines()[-1])
    nbformat.write(notebook, NOTEBOOK)


if __name__ == "__main__":
    write_outputs()
