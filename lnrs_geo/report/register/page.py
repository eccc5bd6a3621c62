"""The report of a register as one HTML page that needs nothing else."""

from collections.abc import Sequence

from lnrs_geo.report import small_words
from lnrs_geo.report.layout import render
from lnrs_geo.report.page import Drawn
from lnrs_geo.report.register import words
from lnrs_geo.report.register.facts import RegisterReport, SiteFacts

# A longer table helps nobody: what is left out stands in sites.csv. So many sites have folders of their own.
MOST_LISTED = 1000
MOST_FILES = 60
COUNTED = {
    "parcels": "Parcels",
    "parts": "Parts",
    "parts_provisional": "Parts for review: a person must decide",
    "parts_review": "Parts that a person must look at, those and others",
    "parts_error": "Parts in error: no answer, in no total",
    "parts_not_applicable": "Parts not applicable: exempt, refused or withdrawn",
    "claims_wrong": "Parts whose value was entered wrongly",
    "issues_error": "Errors of the data",
    "issues_warning": "Warnings about the data",
    "layers_ignored": "Layers of site files that were ignored",
}
# What is told of a site in its row, of one and of many
SEE_TO = (
    ("parts_error", "part in error", "parts in error"),
    ("claims_wrong", "value entered wrongly", "values entered wrongly"),
    ("parts_review", "part to look at", "parts to look at"),
    ("issues_error", "error of the data", "errors of the data"),
    ("layers_ignored", "layer ignored", "layers ignored"),
)


def page(report: RegisterReport, *, overview: Drawn | None = None, links: bool = True) -> str:
    """Return the report as HTML; the same facts and map give the same text.

    Parameters
    ----------
    report
        The facts.
    overview
        The map of the sites.
    links
        Names of sites lead to their reports or results, which stand beside the page; a PDF is sent about
        alone, and has none.
    """
    listed = _listed(report.sites)
    options = report.record.get("options") or {}
    program = report.record.get("program")
    return render(
        "register.html.j2",
        report=report,
        notices=report.notices,
        program=f"lnrs-geo {program}" if program else "lnrs-geo",
        overview=overview,
        links=links,
        linked=_linked(report.sites, links=links),
        listed=listed,
        unlisted=len(report.sites) - len(listed),
        pressing=any(site.pressing for site in report.sites),
        counted=[(name, text, _sites_with(report.sites, name)) for name, text in COUNTED.items()],
        having=having,
        sites_wrong=_sites_with(report.sites, "claims_wrong"),
        given=[(name, value) for name, value in options.items() if _given(value)],
        not_given=[_called(name) for name, value in options.items() if not _given(value)],
        see_to=SEE_TO,
        told=words,
        most=MOST_LISTED,
        most_files=MOST_FILES,
    )


def having(sites: Sequence[SiteFacts], check: str) -> list[SiteFacts]:
    """Return the sites with wrong claims of one verdict, those with most of them first."""
    found = [site for site in sites if site.wrong and site.wrong.get(check)]
    return sorted(found, key=lambda site: -(site.wrong or {})[check])


def _given(value: object) -> bool:
    return value is not None and value not in ("", [], {})


def _called(name: str) -> str:
    words_of = words.option(name) or small_words.option(name)
    return words_of if words_of.isupper() or words_of[:2].isupper() else words_of[:1].lower() + words_of[1:]


def _sites_with(sites: Sequence[SiteFacts], name: str) -> int:
    return sum(bool(site.counts.get(name)) for site in sites)


def _listed(sites: Sequence[SiteFacts]) -> list[SiteFacts]:
    """Return the sites for the table: all in their order, or the first of those that press and of the others."""
    if len(sites) <= MOST_LISTED:
        return list(sites)
    return sorted(sites, key=lambda site: not site.pressing)[:MOST_LISTED]


def _linked(sites: Sequence[SiteFacts], *, links: bool) -> str:
    """Say where there is more about a site."""
    if not any(site.link for site in sites):
        return (
            "The sites have no folders of their own here: their parcels and parts stand in the files of all sites "
            "together, with the reference in the column site."
        )
    if not links:
        return "What there is about one site stands in the folder sites beside this file, in a folder of its name."
    if any(site.has_report for site in sites):
        return "The name of a site leads to its report, or to the folder of its results where it has none."
    return (
        "The name of a site leads to the folder of its results. The option --sites of lnrs-geo report makes a "
        "report of each."
    )
