"""A shapefile is several files that must fit each other; say so where they do not.

Its text has no encoding of its own: a .cpg file names it, or nobody does.
"""

import codecs
from pathlib import Path

from lnrs_geo.errors import SourceError
from lnrs_geo.issues import issue
from lnrs_geo.model import Issue

SIDECARS = frozenset(
    {
        ".dbf",
        ".shx",
        ".prj",
        ".cpg",
        ".sbn",
        ".sbx",
        ".qix",
        ".qpj",
        ".qmd",
        ".qml",
        ".sld",
        ".cst",
        ".gfs",
        ".xsd",
    }
)
# Byte 29 of a .dbf: the code pages met with in practice.
_DBF_LANGUAGES = {0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x57: "cp1252"}


def shapefile_parts(shp: Path) -> dict[str, Path]:
    """Return the files of a shapefile by their lower-case suffix."""
    return {
        item.suffix.lower(): item
        for item in sorted(shp.parent.iterdir(), reverse=True)
        if item.stem == shp.stem and item.suffix.lower() in SIDECARS | {".shp"}
    }


def check_shapefile(shp: Path, *, label: str) -> None:
    """Refuse a shapefile with a part missing or cut short.

    Raises
    ------
    SourceError
        No .shx or .dbf beside the .shp, fewer bytes than the header says, or .dbf and .shx hold
        different numbers of features.
    """
    parts = shapefile_parts(shp)
    missing = [suffix for suffix in (".shx", ".dbf") if suffix not in parts]
    if missing:
        raise SourceError(
            f"There is no {' and no '.join(missing)} file beside it.",
            where=label,
            fix="Copy all files of the shapefile (.shp, .shx, .dbf, .prj, .cpg) together.",
        )
    for suffix in (".shp", ".shx"):
        with parts[suffix].open("rb") as stream:
            head = stream.read(100)
        size_bytes = parts[suffix].stat().st_size
        if len(head) < 100 or size_bytes < int.from_bytes(head[24:28], "big") * 2:
            raise SourceError(f"Its {suffix} file is cut short.", where=label, fix="Copy or export it again.")
    with parts[".dbf"].open("rb") as stream:
        head = stream.read(32)
    rows = int.from_bytes(head[4:8], "little")
    header_bytes, row_bytes = int.from_bytes(head[8:10], "little"), int.from_bytes(head[10:12], "little")
    if len(head) < 32 or parts[".dbf"].stat().st_size < header_bytes + rows * row_bytes:
        raise SourceError("Its .dbf file is cut short.", where=label, fix="Copy or export it again.")
    with parts[".shx"].open("rb") as stream:
        shapes = (int.from_bytes(stream.read(100)[24:28], "big") * 2 - 100) // 8
    if rows != shapes:
        raise SourceError(
            f"Its .dbf holds {rows} rows and its .shx {shapes} shapes; they do not belong together.",
            where=label,
            fix="Copy or export all its files again.",
        )


def shapefile_encoding(shp: Path, *, label: str) -> tuple[str, list[Issue]]:
    """Find the encoding of a shapefile's text: what its .cpg says if that fits, else what fits.

    Returns
    -------
    The name of a Python codec that can read every byte, and an issue where it was assumed.
    """
    parts = shapefile_parts(shp)
    data = parts[".dbf"].read_bytes()
    header_bytes = int.from_bytes(data[8:10], "little")
    body, language = data[header_bytes:], data[29]
    named = parts[".cpg"].read_text("ascii", "replace").strip() if ".cpg" in parts else ""
    declared = _codec(named)
    if declared and _fits(body, declared):
        return declared, []
    guesses = ["utf-8", _DBF_LANGUAGES.get(language, "cp1252"), "latin-1"]
    if body.isascii() and language in _DBF_LANGUAGES:
        guesses = guesses[1:]
    assumed = next(guess for guess in guesses if _fits(body, guess))
    if not named:
        said = f"There is no .cpg file to name the encoding of the text; {assumed} was assumed."
    else:
        said = f"The .cpg file says '{named}', which does not fit the text; {assumed} was assumed."
    return assumed, [issue("encoding-assumed", said, dataset=label, layer=shp.stem, value=assumed)]


def _codec(named: str) -> str:
    """Turn the wording of a .cpg file (UTF-8, 1252, ANSI 1252, 88591) into a codec name."""
    word = named.upper().removeprefix("ANSI").strip()
    if word.startswith("8859") and not word.startswith("8859-"):
        word = f"ISO-8859-{word[4:].lstrip('_')}"
    for guess in (word, f"cp{word}"):
        try:
            return codecs.lookup(guess).name
        except (LookupError, ValueError):
            continue
    return ""


def _fits(body: bytes, encoding: str) -> bool:
    try:
        body.decode(encoding)
    except (UnicodeDecodeError, LookupError):  # a .cpg may name a codec that is not for text
        return False
    return True
