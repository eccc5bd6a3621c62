"""The package is built as its design says: names, sizes, codes and imports hold together."""

import ast
import importlib
import importlib.util
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import lnrs_geo
from lnrs_geo import multiplier
from lnrs_geo.issues import kinds
from lnrs_geo.model import Severity
from lnrs_geo.multiplier.rules import editions
from tests.test_cases import REASONS

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "lnrs_geo"
MODULES = sorted(PACKAGE.rglob("*.py"))
# where decisions are worded
POLICY = [
    PACKAGE / "multiplier" / f"{name}.py" for name in ("decide", "clause", "figures", "table7", "table8")
]
LONGEST_MODULE = 300
MOST_PARAMETERS = 6
VAGUE_NAMES = {"utils", "util", "common", "helpers", "helper", "misc"}
# what makes an issue, and at which place its code stands
ISSUE_CALLS = {"issue": (0,), "Remark": (0, 1), "add": (0,), "add_rows": (0,)}
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")
# check() and site() take the command's own options, issue() the fields of the record that it makes
MANY_PARAMETERS = {"check", "site", "issue"}
SECTIONS = {"Parameters", "Returns", "Yields", "Raises", "Examples", "Attributes", "Notes"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def calls(node: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call under a node with the last word of what is called."""
    for one in ast.walk(node):
        if isinstance(one, ast.Call):
            yield getattr(one.func, "attr", getattr(one.func, "id", "")), one


def literal(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def literals(node: ast.AST) -> set[str]:
    return {text for one in ast.walk(node) if (text := literal(one))}


# Issues, rules and reasons


def test_every_issue_code_that_is_used_is_described() -> None:
    """No issue can be raised that `issues.toml` does not know."""
    used: dict[str, str] = {}
    for path in MODULES:
        for called, call in calls(tree(path)):
            given = [call.args[at] for at in ISSUE_CALLS.get(called, ()) if at < len(call.args)]
            given += [keyword.value for keyword in call.keywords if keyword.arg == "code"]
            used |= {text: name_of(path) for one in given if CODE.fullmatch(text := literal(one))}
    assert len(used) > 40, "the search for codes finds too little"
    assert {code: where for code, where in used.items() if code not in kinds()} == {}


def test_every_issue_code_that_is_described_is_used() -> None:
    """`issues.toml` describes nothing that no module raises."""
    spoken = set().union(*(literals(tree(path)) for path in MODULES))
    assert kinds().keys() - spoken == set()


def test_every_issue_says_who_mends_it_and_how() -> None:
    """An issue without advice helps nobody."""
    for kind in kinds().values():
        assert CODE.fullmatch(kind.code), kind
        assert kind.fix_by in ("user", "supplier", "none"), kind
        assert kind.severity in Severity, kind
        assert kind.fix.strip().endswith("."), kind


def test_every_rule_that_is_cited_stands_in_every_edition() -> None:
    """A decision can name its rule in whatever edition is in force."""
    cited = {text for path in POLICY for text in literals(tree(path)) if re.match(r"\w+-?\d?/\w", text)}
    assert {"table-7/high", "table-7/low"} < cited
    for edition in editions():
        assert cited <= edition.rules.keys(), edition.id
        assert {f"own/{code}" for code in obstacles()} <= edition.rules.keys() | {"own/error"}, edition.id


def test_every_reason_that_is_given_stands_in_the_contract() -> None:
    """Users rely on the codes, so none may be made up on the way."""
    given = {
        code
        for path in POLICY
        for called, call in calls(tree(path))
        if called == "Clause" and len(call.args) > 2 and (code := literal(call.args[2]))
    }
    assert {"unmapped", "baseline", "retained"} < given
    assert given | obstacles() <= REASONS


def obstacles() -> set[str]:
    """Codes of faults that the rows of the program carry."""
    spoken = literals(tree(PACKAGE / "rows.py")) | literals(tree(PACKAGE / "multiplier" / "retention.py"))
    return {code for code in REASONS if code in spoken} - {"baseline"}


# Public names


@pytest.mark.parametrize("package", [lnrs_geo, multiplier], ids=lambda one: one.__name__)
def test_all_is_what_can_be_imported(package: object) -> None:
    """`__all__` names everything public, each once and in order, and each can be had."""
    names: list[str] = package.__all__  # type: ignore[attr-defined]
    assert names == sorted(set(names))
    for name in names:
        assert getattr(package, name) is not None
    public = {
        name
        for name, value in vars(package).items()
        if not name.startswith("_") and (inspect.isclass(value) or inspect.isfunction(value))
    }
    assert public - {"Any", "import_module"} <= set(names)


def test_public_names_work_twice_in_a_fresh_process() -> None:
    """A module of the same name as a function would take its place after the first import."""
    script = (
        "import lnrs_geo, inspect\n"
        "for name in lnrs_geo.__all__:\n"
        "    first = getattr(lnrs_geo, name)\n"
        "    second = getattr(lnrs_geo, name)\n"
        "    assert first is second and callable(first), name\n"
        "    assert not inspect.ismodule(first), name\n"
        "from lnrs_geo import check, site\n"
        "for one in (check, site, lnrs_geo.check, lnrs_geo.site):\n"
        "    for _ in range(2):\n"
        "        try:\n"
        "            one('nothing.gpkg', measures='nothing.gpkg')\n"
        "        except lnrs_geo.LnrsGeoError:\n"
        "            pass\n"
        "assert callable(lnrs_geo.check) and callable(lnrs_geo.site)\n"
        "assert 'check' in dir(lnrs_geo)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60, cwd=ROOT)


def test_unknown_name_is_an_attribute_error() -> None:
    """A misspelt name is told as Python tells it."""
    with pytest.raises(AttributeError, match="chekc"):
        _ = lnrs_geo.chekc  # type: ignore[attr-defined]


def test_no_module_bears_the_name_of_a_public_function() -> None:
    """`check` beside a module `check` breaks the second call."""
    stems = {path.stem for path in MODULES} | {path.parent.name for path in MODULES}
    functions = {
        name
        for package in (lnrs_geo, multiplier)
        for name in package.__all__
        if inspect.isfunction(getattr(package, name))
    }
    assert {"check", "site", "assign"} <= functions
    assert not stems & functions


# Modules


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module_can_be_held_in_the_head(path: Path) -> None:
    """No module is longer than 300 lines, bears a vague name, prints, or has no docstring."""
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= LONGEST_MODULE
    assert path.stem not in VAGUE_NAMES
    assert not source.strip() or ast.get_docstring(tree(path))
    assert "print" not in {called for called, _ in calls(tree(path))}


@pytest.mark.parametrize("path", [*MODULES, *sorted(PACKAGE.rglob("*.toml"))], ids=name_of)
def test_no_machine_path_is_spoken_of(path: Path) -> None:
    """The package names no folder of anybody's machine."""
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"(?<![\w.:/*>])/(home|work|tmp|root|Users|mnt|opt|var)/\w|\b[A-Z]:\\\\?\w", text)


def test_help_answers_without_geopandas() -> None:
    """`lnrs-geo --help` imports nothing heavy."""
    script = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from lnrs_geo.cli import main\n"
        "for words in ([], *([name] for name in main.commands), ['crosswalk', 'draft'], ['strategies', 'new']):\n"
        "    answer = CliRunner().invoke(main, [*words, '--help'])\n"
        "    assert answer.exit_code == 0 and 'Usage' in answer.output, answer.output\n"
        "heavy = {'geopandas', 'pandas', 'numpy', 'shapely', 'pyproj', 'fiona', 'pyogrio'} & sys.modules.keys()\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60, cwd=ROOT)


def test_rules_import_no_geometry() -> None:
    """The rules can be used where no geometry library is installed."""
    script = (
        "import sys\n"
        "import lnrs_geo.multiplier\n"
        "heavy = {'geopandas', 'pandas', 'numpy', 'shapely', 'pyproj', 'fiona', 'pyogrio'} & sys.modules.keys()\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60, cwd=ROOT)


def test_imports_go_one_way() -> None:
    """The contracts of `pyproject.toml` on who may import whom are kept."""
    if importlib.util.find_spec("importlinter") is None:
        pytest.skip("import-linter is not installed (the `lint` extra)")
    script = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


# Docstrings


def public_functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every function and method without a leading underscore, in classes without one."""
    for path in MODULES:
        module = tree(path)
        owners: list[tuple[str, list[ast.stmt]]] = [("", module.body)]
        owners += [
            (f"{one.name}.", one.body)
            for one in module.body
            if isinstance(one, ast.ClassDef) and not one.name.startswith("_")
        ]
        for owner, body in owners:
            for node in body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                    yield f"{name_of(path)}::{owner}{node.name}", node


FUNCTIONS = dict(public_functions())


@pytest.mark.parametrize("name", FUNCTIONS)
def test_docstring(name: str) -> None:
    """A public function has a sentence, sections that numpydoc knows, and parameters that exist."""
    node = FUNCTIONS[name]
    text = ast.get_docstring(node)
    assert text, "it has no docstring"
    assert text.partition("\n\n")[0].rstrip().endswith((".", ":")), "its first paragraph is no sentence"
    lines = text.splitlines()
    parameters = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
    known = {one.arg for one in (*parameters, node.args.vararg, node.args.kwarg) if one is not None}
    for at, line in enumerate(lines[1:], start=1):
        if not re.fullmatch(r"-{3,}", line):
            continue
        title = lines[at - 1]
        assert title in SECTIONS
        assert len(line) == len(title)
        if title == "Parameters":
            for entry in lines[at + 1 :]:
                if re.fullmatch(r"-{3,}", entry):
                    break
                if re.fullmatch(r"[\w*]+(, [\w*]+)*( : .+)?", entry) and entry not in SECTIONS:
                    spoken = {word.strip(" *") for word in entry.partition(" : ")[0].split(",")}
                    assert spoken <= known, entry


@pytest.mark.parametrize("name", FUNCTIONS)
def test_parameters_are_few_and_typed(name: str) -> None:
    """At most six parameters, each typed, and the result too."""
    node = FUNCTIONS[name]
    parameters = [one for one in node.args.args + node.args.kwonlyargs if one.arg not in ("self", "cls")]
    is_command = any("command" in ast.unparse(one) for one in node.decorator_list)
    assert len(parameters) <= MOST_PARAMETERS or node.name in MANY_PARAMETERS or is_command
    assert node.returns is not None
    assert all(one.annotation is not None for one in parameters)
