"""What stands beside a register speaks of its sites by their references, or is refused; nothing is lost or mixed up."""

from pathlib import Path
from typing import Any

import pytest

import lnrs_geo
from lnrs_geo.errors import OutputError
from tests.batch import worlds
from tests.batch.commands import batch, rows

OVERRIDE = "site_ref,parcel_ref,decision,justification,role,date\n{},P1,{},seen there,ecologist,2026-08-01\n"


def test_a_table_of_applications_that_names_no_site_is_refused(
    tmp_path: Path, options: dict[str, Any]
) -> None:
    table = tmp_path / "apps.csv"
    table.write_text("reference,application_date\nAPP-1,2026-01-05\n")
    done = batch(worlds.register_of(tmp_path, 2), options, "--applications", table)
    assert done.exit_code == 3
    assert "APP-1" in done.stderr and "register" in done.stderr
    assert not Path("out", "sites.csv").exists()


@pytest.mark.parametrize(("site", "code"), [("S000", 0), ("", 3), ("elsewhere", 3)])
def test_an_override_goes_by_the_reference_of_its_site(
    tmp_path: Path, options: dict[str, Any], site: str, code: int
) -> None:
    table = tmp_path / "overrides.csv"
    table.write_text(OVERRIDE.format(site, "not-consistent"))
    done = batch(worlds.register_of(tmp_path, 2), options, "--overrides", table)
    assert done.exit_code == code, done.stderr
    if code == 0:
        found = rows()
        assert float(found["S000"]["area_high_ha"]) < float(found["S001"]["area_high_ha"])


def test_sites_without_dates_say_what_is_assumed(tmp_path: Path, options: dict[str, Any]) -> None:
    batch(worlds.register_of(tmp_path, 3), options)
    said = {reference: "No dates were given" in row["notice"] for reference, row in rows().items()}
    assert sorted(said.values()) == [False, False, True]


def test_a_full_path_inside_the_folder_of_the_register_serves(
    tmp_path: Path, options: dict[str, Any]
) -> None:
    register = worlds.register_of(tmp_path, 1)
    file = tmp_path / "files" / "S000.geojson"
    register.write_text(register.read_text().replace("files/S000.geojson", str(file)))
    assert batch(register, options).exit_code == 0
    outside = tmp_path.parent / "elsewhere.geojson"
    outside.write_bytes(file.read_bytes())
    register.write_text(register.read_text().replace(str(file), str(outside)))
    assert batch(register, options, out="other").exit_code == 1
    assert "outside the register's folder" in rows("other")["S000"]["why"]


def test_a_column_that_is_nearly_one_of_a_register_is_refused(
    tmp_path: Path, options: dict[str, Any]
) -> None:
    register = worlds.register_of(tmp_path, 1)
    register.write_text(register.read_text().replace("application_date", "aplication_date"))
    done = batch(register, options)
    assert done.exit_code == 3
    assert "'aplication_date' is not read; application_date is probably meant" in done.stderr


def test_files_that_no_batch_wrote_are_left_alone(tmp_path: Path, options: dict[str, Any]) -> None:
    register = worlds.register_of(tmp_path, 1)
    mine = tmp_path / "mine" / "sites.csv"
    mine.parent.mkdir()
    mine.write_text("my own\n")
    done = batch(register, options, out="mine")
    assert done.exit_code == 3
    assert "no batch wrote it" in done.stderr
    assert mine.read_text() == "my own\n"
    assert batch(tmp_path, options, out=str(tmp_path)).exit_code == 3


def test_results_of_two_forms_never_stand_side_by_side(tmp_path: Path, options: dict[str, Any]) -> None:
    parcels = worlds.parcels_of(0)
    result = lnrs_geo.check(parcels, **{name: value for name, value in options.items() if name != "as_at"})
    result.write(tmp_path / "a")
    with pytest.raises(OutputError, match=r"result\.json"):
        result.write(tmp_path / "a", file_format="parquet")
    result.write(tmp_path / "b", file_format="parquet")
    with pytest.raises(OutputError, match=r"run\.json"):
        result.write(tmp_path / "b")
