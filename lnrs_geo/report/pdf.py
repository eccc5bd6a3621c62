"""The same page as a tagged PDF (PDF/UA-1), made by WeasyPrint."""

from pathlib import Path

from lnrs_geo.errors import OptionError

DEBIAN_PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core"


def require_weasyprint() -> None:
    """See that a PDF can be made here, before the work begins.

    Raises
    ------
    OptionError
        WeasyPrint or the system's Pango is absent.
    """
    try:
        import weasyprint  # noqa: F401
    except ImportError:
        raise OptionError(
            "The PDF needs the package WeasyPrint, which is not installed.",
            where="--format pdf",
            fix="Install it: pip install 'lnrs-geo[report]'.",
        ) from None
    except OSError as error:  # the package is there, the system's libraries are not
        raise OptionError(
            f"WeasyPrint lacks a library of the system ({error}).",
            where="--format pdf",
            fix=f"On Debian: apt-get install {DEBIAN_PACKAGES}. Or take --format html and print it from a browser.",
        ) from None


def write_pdf(html: str, path: Path) -> None:
    """Write a page of the report as PDF/UA-1.

    Parameters
    ----------
    html
        The page; whatever it shows stands inside it.
    path
        The file to make.
    """
    import weasyprint
    from weasyprint.urls import URLFetcher

    from lnrs_geo.report.palette import ready_images
    from lnrs_geo.report.tagging import finish

    # Only what stands in the page: nothing is fetched from the disk or the network.
    fetcher = URLFetcher(allowed_protocols=("data",))
    weasyprint.HTML(string=html, url_fetcher=fetcher).write_pdf(
        path, pdf_variant="pdf/ua-1", finisher=finish, cache=ready_images(html)
    )
