"""The report on a check: one page of HTML that needs nothing else, and the same as PDF, XLSX and maps."""

from lnrs_geo.report.formats import FORMATS, require_formats
from lnrs_geo.report.writing import write_report

__all__ = ["FORMATS", "require_formats", "write_report"]
