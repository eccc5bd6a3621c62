"""The notebooks as they lie in git: stripped, self-contained, on the sample alone. That they run is nbmake's to see."""

import ast
import itertools
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from lnrs_geo.cli import main

_ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((_ROOT / "notebooks").glob("*.ipynb"))
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
# What `pip install 'lnrs-geo[report]'` brings, and no more.
INSTALLED = {"geopandas", "lnrs_geo", "matplotlib", "pandas", "shapely"}
NETWORK = {"ftplib", "http", "requests", "smtplib", "socket", "ssl", "urllib", "webbrowser", "xmlrpc"}


def cells(path: Path, kind: str) -> list[dict[str, Any]]:
    """Return the cells of one kind, code or markdown."""
    return [
        cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == kind
    ]


def code(path: Path) -> ast.Module:
    """Return the whole code of a notebook, which is plain Python without magic words."""
    return ast.parse("\n".join("".join(cell["source"]) for cell in cells(path, "code")))


def prose(path: Path) -> str:
    """Return the text between the code."""
    return "\n".join("".join(cell["source"]) for cell in cells(path, "markdown"))


def strings(path: Path) -> list[str]:
    """Return every text that the code holds."""
    found = (node.value for node in ast.walk(code(path)) if isinstance(node, ast.Constant))
    return [value for value in found if isinstance(value, str)]


def test_there_are_four() -> None:
    """One site, a register, one decision, a crosswalk: in the order in which they are to be read."""
    assert [path.stem for path in NOTEBOOKS] == [
        "1-one-site",
        "2-a-register",
        "3-one-decision",
        "4-a-crosswalk",
    ]


@each_notebook
def test_outputs_are_stripped(path: Path) -> None:
    """Git holds no output, no count and no trace of the machine on which somebody ran it."""
    for cell in cells(path, "code"):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None
    document = json.loads(path.read_text(encoding="utf-8"))
    assert [cell["metadata"] for cell in document["cells"] if cell["metadata"]] == []
    assert document["metadata"]["kernelspec"]["name"] == "python3"
    assert document["metadata"]["language_info"] == {"name": "python"}, "no version of anybody's Python"


@each_notebook
def test_headings_are_in_order(path: Path) -> None:
    """It begins with its one title, and no heading skips a level."""
    levels = [len(marks) for marks in re.findall(r"^(#+) ", prose(path), flags=re.MULTILINE)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert "".join(cells(path, "markdown")[0]["source"]).startswith("# ")


@each_notebook
def test_only_what_the_extra_brings_is_imported(path: Path) -> None:
    """It imports the standard library and what the extra `report` installs, and nothing that reaches a network."""
    imported = set()
    for node in ast.walk(code(path)):
        if isinstance(node, ast.Import):
            imported |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add(str(node.module).partition(".")[0])
    assert imported <= INSTALLED | set(sys.stdlib_module_names) - NETWORK
    assert not [text for text in strings(path) if "://" in text]


@each_notebook
def test_no_path_is_anybodys_own(path: Path) -> None:
    """Paths are relative, from the repository or from the notebooks' folder; results go to a folder that vanishes."""
    texts = strings(path)
    assert not [text for text in texts if re.match(r"/\w|[~\\]|[A-Za-z]:[/\\]", text)]
    assert "data/sample" in texts
    assert "../data/sample" in texts
    assert "tempfile.TemporaryDirectory(" in "".join("".join(cell["source"]) for cell in cells(path, "code"))


@each_notebook
def test_files_of_the_sample_are_there(path: Path) -> None:
    """Every file that is taken from the sample exists."""
    taken = [
        node.right.value
        for node in ast.walk(code(path))
        if isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Div)
        and isinstance(node.left, ast.Name)
        and node.left.id == "sample"
        and isinstance(node.right, ast.Constant)
    ]
    assert taken
    assert [name for name in taken if not (_ROOT / "data" / "sample" / str(name)).is_file()] == []


@each_notebook
def test_commands_that_it_names_exist(path: Path) -> None:
    """Commands in the text and in `command(...)` are commands of the program."""
    named = re.findall(r"lnrs-geo ([a-z]+)", prose(path))
    named += [
        str(node.args[0].value)
        for node in ast.walk(code(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "command"
        and isinstance(node.args[0], ast.Constant)
    ]
    assert set(named) <= set(main.commands)


@each_notebook
def test_the_sample_is_called_made_up(path: Path) -> None:
    """Whoever opens it is told before the first code that nothing there is real."""
    first = "".join(cells(path, "markdown")[0]["source"])
    assert "made up" in first or "made-up" in first


@each_notebook
def test_there_is_a_plot_inside(path: Path) -> None:
    """Each shows something on a plot of its own."""
    shown = [node for node in ast.walk(code(path)) if isinstance(node, ast.Attribute) and node.attr == "show"]
    assert shown
