"""How a page of the report is made from its template: escaping, numbers, answers in words.

Every text of a result comes from somebody's file. Templates escape whatever they are given; the few
functions here that return markup escape what they put into it.
"""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from lnrs_geo.report import answers, small_words, verdicts

# How many decimals are shown of a size or of units; the value itself stands in the markup.
DECIMALS = {"ha": 4, "km": 3, "m2": 2, "m": 2, "count": 0, "units": 4, "share": 1, "multiplier": 2}
# Of a reference in a table or a caption: some are as long as a paragraph.
LONGEST = 48


@cache
def environment() -> Environment:
    """Return the templates with what they may call."""
    made = Environment(
        loader=PackageLoader("lnrs_geo.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {
        "css_string": css_string,
        "number": number,
        "size": size,
        "share": share,
        "whole": whole,
        "short": short,
    }
    made.filters |= small_words.FILTERS
    made.globals |= {"answer": answer, "multiplier": multiplier, "words": answers, "verdicts": verdicts}
    return made


def render(template: str, **facts: Any) -> str:
    """Return a page: the template of that name, with its styles inside.

    Parameters
    ----------
    template
        A file in `templates`. Those that extend `base.html.j2` need `program` and `notices`.
    facts
        What the template speaks of.
    """
    css = resources.files("lnrs_geo.report").joinpath("templates/report.css").read_text("utf-8")
    return environment().get_template(template).render(css=Markup(css), **facts)


def css_string(text: str, most: int) -> Markup:
    r"""Return a text as a string of CSS, cut to `most` characters; nothing in it can end the string.

    Examples
    --------
    >>> print(css_string('A "draft"</style>', 40))
    "A \22 draft\22 \3c \2f style\3e "
    """
    cut = text if len(text) <= most else text[: most - 1].rstrip() + "…"
    plain = "".join(one if one.isalnum() or one == " " else f"\\{ord(one):x} " for one in cut)
    return Markup(f'"{plain}"')


def short(text: str, most: int = LONGEST) -> Markup:
    """Return a text for a table or a caption; where it is cut, a pointer at it shows the whole.

    Examples
    --------
    >>> print(short("Field 7"), short("Field 7 beyond the brook", 9))
    Field 7 <span title="Field 7 beyond the brook">Field 7…</span>
    """
    if len(text) <= most:
        return Markup("{}").format(text)
    return Markup('<span title="{}">{}…</span>').format(text, text[: most - 1].rstrip())


def number(value: float | None, decimals: int, column: str = "", *, unknown: str = "unknown") -> Markup:
    """Return a number of the result as people read it, with the result's own value in the markup.

    Parameters
    ----------
    value
        The number; None where there is none.
    decimals
        How many are shown.
    column
        What it is: a column of the results, or a field of a total.
    unknown
        What is shown where there is no number.

    Examples
    --------
    >>> print(number(0.620789, 4, "size"))
    <data value="0.620789" data-column="size">0.6208</data>
    """
    if value is None:
        return Markup("{}").format(unknown)
    shown = f"{value:,.{decimals}f}"
    if value and not float(shown.replace(",", "")):
        shown = f"less than {10**-decimals:.{decimals}f}"  # a sliver is not nothing
    return Markup('<data value="{}" data-column="{}">{}</data>').format(f"{value!r}", column, shown)


def size(value: float | None, unit: str, column: str = "size") -> Markup:
    r"""Return a size with its unit, trees as trees.

    Examples
    --------
    >>> size(1, "count").split("\N{NO-BREAK SPACE}")
    [Markup('<data value="1" data-column="size">1</data>'), Markup('tree')]
    """
    if value is None:
        return Markup("unknown")
    named = {"count": "tree" if value == 1 else "trees", "m2": "m²"}.get(unit, unit)
    return Markup("{}\N{NO-BREAK SPACE}{}").format(number(value, DECIMALS.get(unit, 2), column), named)


def share(value: float | None, column: str = "share") -> Markup:
    r"""Return a share of a whole as a percentage.

    Examples
    --------
    >>> print(share(0.5).replace("\N{NO-BREAK SPACE}", " "))
    <data value="0.5" data-column="share">50.0 %</data>
    """
    if value is None:
        return Markup("unknown")
    shown = f"{value:.1%}".replace("%", "\N{NO-BREAK SPACE}%")
    return Markup('<data value="{}" data-column="{}">{}</data>').format(f"{value!r}", column, shown)


def whole(value: int, column: str) -> Markup:
    """Return a number of things.

    Examples
    --------
    >>> print(whole(1200, "parcels"))
    <data value="1200" data-column="parcels">1,200</data>
    """
    return number(value, 0, column)


def multiplier(value: float | None, column: str = "ss_mult") -> Markup:
    """Return a multiplier as the metric prints it, but never as a bare 1.

    Examples
    --------
    >>> print(multiplier(1))
    <data value="1" data-column="ss_mult">1.0</data>
    """
    if value is None:
        return Markup("none")
    return Markup('<data value="{}" data-column="{}">{}</data>').format(
        f"{value!r}", column, answers.multiplier(value)
    )


def answer(part: Mapping[str, Any]) -> Markup:
    """Return the answer for a part in words, marked so that a style may add to them."""
    figures = {"ss_mult": multiplier(part["ss_mult"]), "alt_mult": multiplier(part["alt_mult"], "alt_mult")}
    told = Markup(answers.pattern(part)).format_map({**part, **figures})
    return Markup('<span class="answer {}">{}</span>').format(answers.kind(part), told)
