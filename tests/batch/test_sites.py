"""Rows of a register are judged before a file is opened: what cannot be worked on says why."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lnrs_geo.batch.register import Kind, Register, read_register
from lnrs_geo.batch.sites import Dates, Refused, Site, folder_names, settle


def register(
    folder: Path, *rows: str, head: str = "reference,file,layer,grid_reference,site_ref,granted"
) -> Register:
    for name in ("a.gpkg", "b.gpkg"):
        (folder / name).touch()
    (folder / "sub").mkdir(exist_ok=True)
    (folder / "sub" / "c.gpkg").touch()
    (folder / "register.csv").write_text("\n".join([head, *rows]) + "\n")
    return read_register(folder / "register.csv")


def refused(folder: Path, *rows: str) -> list[str]:
    """Return why each row is refused, "" where it is not."""
    found = settle(register(folder, *rows), Dates())
    return [one.why if isinstance(one, Refused) else "" for one in found]


def test_sound_rows_are_sites(tmp_path: Path) -> None:
    first, second, third = settle(
        register(tmp_path, "A,a.gpkg,x; y,,,", "B,,,SK 12 34,,2025-01-02", "C,sub\\c.gpkg,,,7,"),
        Dates({"kind": "full"}),
    )
    assert first == Site(0, "A", "A", tmp_path / "a.gpkg", ("x", "y"), dates={"kind": "full"})
    assert second == Site(
        1, "B", "B", grid_reference="SK 12 34", dates={"kind": "full", "granted": "2025-01-02"}
    )
    assert isinstance(third, Site)
    assert (third.file, third.site_ref) == (tmp_path / "sub" / "c.gpkg", "7")


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (",a.gpkg,,,,", "no reference"),
        ("A,,,,,", "no file and no grid reference"),
        ("A,gone.gpkg,,,,", "no file 'gone.gpkg'"),
        ("A,gone.gpkg,,SK 12 34,,", "no file 'gone.gpkg'"),
        ("A,../a.gpkg,,,,", "outside the register's folder"),
        ("A,sub/../../a.gpkg,,,,", "outside the register's folder"),
        ("A,..\\a.gpkg,,,,", "outside the register's folder"),
        ("A,/etc/passwd,,,,", "outside the register's folder"),
        ("A,C:\\a.gpkg,,,,", "outside the register's folder"),
        ("A,https://example.org/a.gpkg,,,,", "outside the register's folder"),
        ("A,/vsicurl/a.gpkg,,,,", "outside the register's folder"),
        ("A,,,ZZ 12 34,,", "no square of the National Grid"),
        ("A,,,somewhere,,", "not a grid reference"),
        ("A,a.gpkg,,,,31/02/2025", "granted is '31/02/2025'"),
    ],
)
def test_wrong_row_says_why_and_where(tmp_path: Path, row: str, says: str) -> None:
    before, wrong, after = refused(tmp_path, "X,b.gpkg,,,,", row, "Y,,,SK 12 34,,")
    assert says in wrong
    assert wrong.startswith("line 3: ")
    assert (before, after) == ("", "")


def test_a_row_tells_all_its_faults(tmp_path: Path) -> None:
    (why,) = refused(tmp_path, ",gone.gpkg,,,,soon")
    assert all(piece in why for piece in ("no reference", "gone.gpkg", "granted"))


def test_both_rows_of_one_reference_are_refused(tmp_path: Path) -> None:
    """Which of them is meant cannot be told; the same words in other letters are another site."""
    first, second, third = refused(tmp_path, "A,a.gpkg,,,,", "A,b.gpkg,,,,", "a,,,SK 12 34,,")
    assert "line 3" in first
    assert "line 2" in second
    assert third == ""


@pytest.mark.parametrize(
    ("first", "second", "fine"),
    [
        ("a.gpkg,,,", "a.gpkg,,,", False),
        ("a.gpkg,,,", "./a.gpkg,,,", False),
        ("a.gpkg,,,1", "a.gpkg,,,", False),
        ("a.gpkg,x,,", "a.gpkg,,,", False),
        ("a.gpkg,x; y,,", "a.gpkg,Y,,", False),
        ("a.gpkg,x,,", "a.gpkg,y,,", True),
        ("a.gpkg,,,1", "a.gpkg,,,2", True),
    ],
)
def test_two_sites_of_one_file_must_be_told_apart(
    tmp_path: Path, first: str, second: str, fine: bool
) -> None:
    found = refused(tmp_path, f"A,{first},", f"B,{second},")
    assert [not one for one in found] == [fine, fine]
    if fine:
        assert all(site.shared for site in settle(register(tmp_path, f"A,{first},", f"B,{second},"), Dates()))


def test_dates_of_the_row_come_before_those_beside_the_register(tmp_path: Path) -> None:
    beside = Dates({"kind": "full", "granted": "2024"}, {"A": {"granted": "2023", "exempt": "no"}})
    (site,) = settle(register(tmp_path, "A,a.gpkg,,,,2025"), beside)
    assert isinstance(site, Site)
    assert site.dates == {"kind": "full", "granted": "2025", "exempt": "no"}


def test_files_of_a_folder_with_one_stem_are_one_reference_twice(tmp_path: Path) -> None:
    for name in ("A.gpkg", "A.geojson", "B.gpkg"):
        (tmp_path / name).touch()
    found = settle(read_register(tmp_path), Dates())
    assert [type(one) for one in found] == [Refused, Refused, Site]


@given(st.lists(st.text(max_size=120), max_size=20))
def test_folder_names_are_safe_and_different(references: list[str]) -> None:
    """No name climbs, hides, has a separator or is one with another on a system that knows no case."""
    names = folder_names(references)
    assert set(names) == set(references)
    found = [name for reference, name in names.items() if reference]
    assert len({name.casefold() for name in found}) == len(found)
    for name in found:
        assert not name.startswith(".")
        assert not set(name) & set('/\\:*?"<>| \0')
        assert len(name) < 100


def test_folder_names_of_a_system_are_not_used() -> None:
    names = folder_names(["CON", "lpt1.gpkg", "a", "A", "x."])
    assert not {"con", "lpt1.gpkg", "a", "x."} & {name.casefold() for name in names.values()}


def test_kind_of_a_folder_gives_no_site_column(tmp_path: Path) -> None:
    (tmp_path / "A.gpkg").touch()
    (site,) = settle(read_register(tmp_path), Dates())
    assert isinstance(site, Site)
    assert (read_register(tmp_path).kind, site.site_ref, site.shared) == (Kind.FOLDER, "", False)
