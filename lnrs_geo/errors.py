"""Everything that can stop a run, as one tree.

    LnrsGeoError                 whatever this package raises on purpose
    |-- SourceError              a file cannot be opened, or is not what its name says
    |   `-- LayerError           no such layer, no usable layer, or more than one candidate
    |-- SchemaError              the columns needed are not there
    |-- CRSError                 unknown, impossible or unsupported coordinates
    |   `-- GridMissing          the OSTN15 grid is not at hand
    |-- StrategyError            a strategy file is malformed or names no known strategy
    |-- CrosswalkError           a crosswalk cannot be read
    |-- OverrideError            an overrides file cannot be read
    |-- DocumentsError           a list or layer of a planning authority's documents cannot be used
    |-- ApplicationsError        a table of applications cannot be read
    |-- RuleError                a rule file is malformed
    |   `-- RuleNotInForce       no edition of the rules had begun on the assessment date
    |-- GridReferenceError       a text is no OS grid reference (in `spatial.gridref`)
    |-- OptionError              two options, or an option and the data, contradict each other
    `-- OutputError              results cannot be written, or read back

A fault of a single row is never raised: it is an `Issue` (see `lnrs_geo.issues`).
"""


class LnrsGeoError(Exception):
    """Base of every error raised on purpose.

    Parameters
    ----------
    what
        What is wrong, as one sentence with its full stop.
    where
        The file, layer, row or option concerned; empty where there is none.
    fix
        How to put it right, as one sentence.

    Examples
    --------
    >>> print(LnrsGeoError("It is empty.", where="site.gpkg", fix="Export it again."))
    site.gpkg: It is empty. Export it again.
    """

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        self.what = what
        self.where = where
        self.fix = fix
        super().__init__(what, where, fix)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.what}{' ' if self.fix else ''}{self.fix}"


class SourceError(LnrsGeoError):
    """A file cannot be opened, or is not what its name says."""


class LayerError(SourceError):
    """No such layer, no usable layer, or more than one candidate."""


class SchemaError(LnrsGeoError):
    """The columns needed are not there."""


class CRSError(LnrsGeoError):
    """Unknown, impossible or unsupported coordinates."""


class GridMissing(CRSError):
    """The OSTN15 grid is not at hand."""


class StrategyError(LnrsGeoError):
    """A strategy file is malformed or names no known strategy."""


class CrosswalkError(LnrsGeoError):
    """A crosswalk cannot be read."""


class OverrideError(LnrsGeoError):
    """An overrides file cannot be read."""


class DocumentsError(LnrsGeoError):
    """A list or layer of a planning authority's documents cannot be used."""


class ApplicationsError(LnrsGeoError):
    """A table of applications cannot be read."""


class RuleError(LnrsGeoError):
    """A rule file is malformed."""


class RuleNotInForce(RuleError):
    """No edition of the rules had begun on the assessment date."""


class OptionError(LnrsGeoError):
    """Two options, or an option and the data, contradict each other."""


class OutputError(LnrsGeoError):
    """Results cannot be written, or read back."""
