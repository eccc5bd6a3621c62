"""What a report can be written as, and what each form needs to be installed."""

from collections.abc import Sequence
from importlib.util import find_spec

from lnrs_geo.errors import OptionError

# Packages by format; all come with the extra `report`.
NEEDS = {
    "html": ("jinja2", "matplotlib"),
    "pdf": ("jinja2", "matplotlib", "weasyprint"),
    "xlsx": ("xlsxwriter",),
    "png": ("matplotlib",),
}
FORMATS = tuple(NEEDS)


def require_formats(formats: Sequence[str], *, where: str = "--format") -> tuple[str, ...]:
    """Return the formats, each once and in the order of `FORMATS`, when all of them can be written here.

    Parameters
    ----------
    formats
        Names of formats.
    where
        The option that named them, for messages.

    Raises
    ------
    OptionError
        There is no such format, or what it needs is not installed.

    Examples
    --------
    >>> require_formats(["png", "html", "png"])
    ('html', 'png')
    """
    unknown = [one for one in formats if one not in FORMATS]
    if unknown or not formats:
        raise OptionError(
            f"{unknown[0]!r} is no format of reports." if unknown else "No format of the report is named.",
            where=where,
            fix=f"There are: {', '.join(FORMATS)}; several are joined by commas.",
        )
    missing = sorted({package for one in formats for package in NEEDS[one] if find_spec(package) is None})
    if missing:
        raise OptionError(
            f"The report needs {' and '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not installed.",
            where=where,
            fix="Install what reports need: pip install 'lnrs-geo[report]'.",
        )
    if "pdf" in formats:
        from lnrs_geo.report.pdf import require_weasyprint

        require_weasyprint()
    return tuple(one for one in FORMATS if one in formats)
