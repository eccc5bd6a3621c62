"""Mark which site a file is read for, where the parcels of many sites are judged in one run.

What is judged within a file (references that repeat, parcels that overlap, sums against the red line)
is then judged within a site, and every remark says whose it is. No mark is left in what is written.
"""

import re

# Separators that stand in no file's name. The second is followed by a slash: then a file without a folder
# has one that is its site's alone.
_BEFORE, _END, _FOLDER_END = "\x1e", "\x1e", "\x1f"
_MARK = re.compile(f"{_BEFORE}(\\d+)(?:{_END}|{_FOLDER_END}[/\\\\]?)")


def marked(source: str, number: int) -> str:
    """Return the name of a file with the number of the site for which it is read.

    Examples
    --------
    >>> unmarked(marked("all.gpkg", 7)), unmarked(marked("/land/all.gpkg", 7)), unmarked("all.gpkg")
    (('all.gpkg', 7), ('/land/all.gpkg', 7), ('all.gpkg', None))
    """
    if not source or source.startswith("/"):
        return f"{_BEFORE}{number}{_END}{source}"
    return f"{_BEFORE}{number}{_FOLDER_END}/{source}"


def unmarked(source: str) -> tuple[str, int | None]:
    """Return the name of a file, or of its folder, and the number of its site; None where it bears no mark."""
    found = _MARK.match(source)
    if found is None:
        return source, None
    name = source[found.end() :]
    # the folder of a file that was named without one
    return name or ("." if _FOLDER_END in found.group() else ""), int(found.group(1))


def mark_of(source: str) -> str:
    """Return the mark of a file alone; "" where it bears none."""
    number = unmarked(source)[1]
    return "" if number is None else marked("", number)


def without_marks(text: str) -> str:
    """Return a sentence without the marks of the files that it names."""
    return _MARK.sub("", text) if _BEFORE in text else text
