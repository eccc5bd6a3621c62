"""The report on a batch: a summary of its register, with a link to what is told of each site."""

from lnrs_geo.report.register.writing import write_register_report

__all__ = ["write_register_report"]
