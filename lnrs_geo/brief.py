"""What a judge goes by: rules, dates, and the map and crosswalk of each strategy that is loaded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from lnrs_geo.maps import LoadedMap
from lnrs_geo.multiplier.consistency import Crosswalk
from lnrs_geo.multiplier.documents import Listed
from lnrs_geo.multiplier.overrides import Override
from lnrs_geo.multiplier.regime import Publication
from lnrs_geo.multiplier.rules import Edition


@dataclass(frozen=True, slots=True)
class Brief:
    """What a judge goes by.

    `publications` says when the LNRS of each id was published (absent: not known); `lnrs_id` is the
    strategy that is loaded, or the first of them, with its crosswalk and what is known of its map;
    `others` holds the maps of further strategies by id; `overrides` go by parcel row number; `documents`
    is the list given for Table 8, None where none was given.
    """

    edition: Edition
    as_at: date
    lnrs_id: str
    publications: Mapping[str, Publication]
    crosswalk: Crosswalk
    overrides: Mapping[int, Override] = field(default_factory=dict)
    documents: Sequence[Listed] | None = None
    area_given: bool = True
    map_complete: bool = True
    documents_complete: bool = True
    others: Mapping[str, LoadedMap] = field(default_factory=dict)

    @property
    def loaded(self) -> tuple[str, ...]:
        """Ids of the strategies that are loaded."""
        return (self.lnrs_id, *self.others)

    def is_loaded(self, lnrs_id: str) -> bool:
        """Say whether the strategy of an LNRS is loaded, so that its map speaks for its land."""
        return lnrs_id in self.loaded

    def crosswalk_of(self, lnrs_id: str) -> Crosswalk:
        """Return the crosswalk of an LNRS; of one that is not loaded the first, which nothing is asked of."""
        return self.others[lnrs_id].crosswalk if lnrs_id in self.others else self.crosswalk

    def is_complete(self, lnrs_id: str) -> bool:
        """Say whether the map of an LNRS is all there, as far as is known (rules section 4)."""
        return self.others[lnrs_id].complete if lnrs_id in self.others else self.map_complete
