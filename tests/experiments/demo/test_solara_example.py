"""The README's example for Mesa's own page: its model can be made, stepped and plotted."""

import ast
import re
from pathlib import Path

import pytest

README = Path(__file__).resolve().parents[3] / "README.md"


@pytest.fixture(scope="module")
def example():
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.S)
    (found,) = [block for block in blocks if "SolaraViz" in block]
    return found


def test_its_model_takes_the_sliders_and_collects_what_is_plotted(example):
    """Without Solara: the parts that are ours."""
    tree = ast.parse(example)
    ours = [
        node
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        or (isinstance(node, ast.ImportFrom) and node.module == "sim")
    ]
    known = {}
    exec(compile(ast.Module(ours, []), "README.md", "exec"), known)
    model = known["Viewed"](generosity=0.2, seed=3)
    model.step()
    plotted = re.findall(r'make_plot_component\("(\w+)"\)', example)
    assert plotted
    assert set(plotted) <= set(model.datacollector.get_model_vars_dataframe().columns)


def test_the_page_is_made(example):
    pytest.importorskip("solara", reason="solara is not installed: an environment of its own")
    known = {}
    exec(compile(example, "README.md", "exec"), known)
    assert known["page"] is not None
