"""The program as it is started from a shell: its words, and what it can already do."""

import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

NO_CACHE = {"LNRS_GEO_CACHE": "off"}


def command() -> list[str]:
    """Return the words that start the program."""
    beside = Path(sys.executable).parent / "lnrs-geo"
    found = str(beside) if beside.exists() else shutil.which("lnrs-geo")
    return [found] if found else [sys.executable, "-c", "from lnrs_geo.cli import main; main()"]


@cache
def lacking(*wanted: str) -> str:
    """Say which of a command and its options the program has not: `lacking("check", "--matching")`."""
    name, *options = wanted
    asked = subprocess.run([*command(), name, "--help"], check=False, capture_output=True, text=True)
    if asked.returncode:
        return f"`{name}` is not there yet"
    there = set(re.findall(r"--[a-z-]+", asked.stdout))
    absent = [option for option in options if option not in there]
    return f"`{name} {absent[0]}` is not there yet" if absent else ""


def kept_in(folder: str | Path) -> dict[str, str]:
    """Return the environment in which the program keeps what it makes in a folder, without a limit that matters."""
    return {"LNRS_GEO_CACHE": str(folder), "LNRS_GEO_CACHE_LIMIT": "1000000"}


def batch(register: str | Path) -> list[str]:
    """Return the words of a batch of one big file: all parts in GeoParquet, no folder for each site."""
    options = ("--format=parquet", "--no-site-folders")
    there = [one for one in options if not lacking("batch", one.partition("=")[0])]
    return [*command(), "batch", str(register), *there]


def pack(folder: str | Path, *, measures: bool = True) -> list[str]:
    """Return the options that name what is in a folder that `packs.write_pack` filled."""
    words = [f"--strategy={folder}/strategy.toml", f"--authorities={folder}/authorities.gpkg"]
    return [f"--measures={folder}/measures.gpkg", *words] if measures else words


def size_mb(path: str | Path) -> float:
    """Return the size of a file, or of all files in a folder."""
    place = Path(path)
    files = [place] if place.is_file() else [one for one in place.rglob("*") if one.is_file()]
    return sum(one.stat().st_size for one in files) / 1e6
