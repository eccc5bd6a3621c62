"""The rules of strategic significance, without geometry: High or Low by Table 7, and why.

>>> from datetime import date
>>> from lnrs_geo import multiplier
>>> multiplier.load_edition(date(2026, 11, 20)).id
'UG-2026-06'
"""

from lnrs_geo.multiplier.applications import Application, read_application
from lnrs_geo.multiplier.consistency import Answer, Crosswalk, Proposal, Verdict
from lnrs_geo.multiplier.criteria import Land, Mapped, Place, Row
from lnrs_geo.multiplier.decide import Decision, assign
from lnrs_geo.multiplier.regime import Publication, Regime, regime_of
from lnrs_geo.multiplier.rules import Edition, load_edition

__all__ = [
    "Answer",
    "Application",
    "Crosswalk",
    "Decision",
    "Edition",
    "Land",
    "Mapped",
    "Place",
    "Proposal",
    "Publication",
    "Regime",
    "Row",
    "Verdict",
    "assign",
    "load_edition",
    "read_application",
    "regime_of",
]
