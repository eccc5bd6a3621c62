"""The files of a run of the benchmark, made once in a folder and found again there."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks import processes


class Bench:
    """A folder with what the rows need, and how much of it: made where it is first asked for."""

    def __init__(self, folder: str | Path, plan: Any, *, say: Callable[[str], None] = lambda _: None) -> None:
        self.folder, self.plan, self.say = Path(folder), plan, say

    def made(self, name: str, function: str, **given: Any) -> tuple[Path, dict[str, Any]]:
        """Return a folder that a function of `files_of` fills, and what it said of it."""
        place = self.folder / name
        return place, self.once(name, "files_of", function, folder=str(place), **given)

    def once(self, name: str, module: str, function: str, **given: Any) -> dict[str, Any]:
        """Return what a task said when it filled the folder of this name; it does so where nobody has yet."""
        place = self.folder / name
        note = self.folder / f"{name}.json"
        wanted = {"function": function, **given}
        if note.exists():
            known = json.loads(note.read_text(encoding="utf-8"))
            if known["wanted"] == wanted:
                return dict(known["said"])
        self.say(f"making {name}")
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        said = processes.task(module, function, **given)
        if "missing" not in said:
            note.write_text(json.dumps({"wanted": wanted, "said": said}), encoding="utf-8")
        return dict(said)

    def county(self) -> tuple[Path, dict[str, Any]]:
        """Return the folder of the county, with parcels of the sizes of the plan."""
        plan = self.plan
        sizes = sorted({min(10, plan.small), min(30, plan.small), plan.small, plan.middle, plan.large})
        return self.made("county", "county", scale=plan.scale, sizes=sizes)

    def empty(self, name: str) -> Path:
        """Return an empty folder."""
        place = self.folder / name
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        return place
