"""A register of 400 sites, 20 of them broken in different ways: 400 rows, and every broken one explained."""

from pathlib import Path
from typing import Any

from tests import flaws
from tests.batch import worlds
from tests.batch.commands import batch, rows

BROKEN = [
    flaw
    for flaw in (*flaws.FILE_FLAWS[2:18], *flaws.ARCHIVE_FLAWS[:8], *flaws.TEXT_FLAWS[:8])
    if flaw.raises is not None and not flaw.options
][:20]
SITES, SCREENED = 400, 160


def test_register_of_400_sites_with_20_broken(tmp_path: Path, options: dict[str, Any]) -> None:
    """The sound sites are assessed, or screened where they have no boundary, as if there were no others."""
    assert len(BROKEN) == 20
    lines = [worlds.HEAD]
    broken = {}
    (tmp_path / "files").mkdir()
    for number in range(SITES):
        reference = f"S{number:03}"
        if number % 20 == 7:
            flaw = BROKEN[number // 20]
            folder = tmp_path / "files" / reference
            folder.mkdir()
            file = flaw.make(folder)
            broken[reference] = flaw
            lines.append(f"{reference},{file.relative_to(tmp_path)},,,,,\n")
        elif number % 5 < 2:
            lines.append(f"{reference},,,SK 30{number:03} 60050,,,\n")
        else:
            worlds.write_geojson(worlds.parcels_of(number, 1), tmp_path / "files" / f"{reference}.geojson")
            lines.append(f"{reference},files/{reference}.geojson,,,,,\n")
    (tmp_path / "register.csv").write_text("".join(lines))
    assert batch("register.csv", options, "--no-site-folders").exit_code == 1
    found = rows()
    assert list(found) == [f"S{number:03}" for number in range(SITES)]
    outcomes = [row["outcome"] for row in found.values()]
    counts = {outcome: outcomes.count(outcome) for outcome in set(outcomes)}
    screened = sum(line.split(",")[3] != "" for line in lines[1:])
    assert counts == {"failed": 20, "screened": screened, "assessed": SITES - 20 - screened}
    for reference, flaw in broken.items():
        assert flaw.says in found[reference]["why"], flaw.name
        assert reference in found[reference]["why"], "the file is named"
    first = [row for row in found.values() if row["outcome"] == "assessed"]
    assert {(row["parts"], row["area_high_ha"]) for row in first} == {("1", "0.010000")}
