"""What the units somebody claimed are worth at the strategic significance that was found.

The multiplier is one factor of a row's units, over the whole of what is created or enhanced (rules
section 2, point 10), so no other factor of the metric needs to be known: units / claimed
multiplier * assessed multiplier (rules section 6). Area units (trees among them), hedgerow units
and watercourse units are different things; nothing here adds them up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lnrs_geo.model import Module, Significance, Stage, Status
from lnrs_geo.multiplier import rules
from lnrs_geo.multiplier.claims import Claim

# Trees are counted in area units; the three kinds are never summed together.
UNITS_MODULES = (Module.AREA, Module.HEDGEROW, Module.WATERCOURSE)

# A part of a parcel: its size in any one unit, its status, its multiplier (None where it has none).
SizedPart = tuple[float, str, Decimal | float | None]


@dataclass(frozen=True, slots=True)
class PartUnits:
    """Units of one part: as claimed, and after assessment at the least and at the most.

    `low` and `high` are one figure where the part is decided.
    """

    claimed: Decimal
    low: Decimal
    high: Decimal

    @property
    def effect_low(self) -> Decimal:
        """Units that the assessment adds at the least; negative where it takes some away."""
        return self.low - self.claimed

    @property
    def effect_high(self) -> Decimal:
        """Units that the assessment adds at the most."""
        return self.high - self.claimed


def units_module(module: Module) -> Module:
    """Return the module in whose units a parcel counts: those of trees are area units.

    Examples
    --------
    >>> units_module(Module.TREE)
    <Module.AREA: 'area'>
    """
    return Module.AREA if module is Module.TREE else module


def stage_of_units(stages: Iterable[Stage]) -> Stage:
    """Say which stage of a row its claimed units belong to.

    A row that holds the ground before and after the development, but one figure of units, states
    what it delivers: the units are those after the development. Counted for the baseline too, they
    would show the same change twice. A row of a baseline alone claims the units of that.

    Examples
    --------
    >>> stage_of_units([Stage.BASELINE, Stage.POST]), stage_of_units([Stage.BASELINE])
    (<Stage.POST: 'post'>, <Stage.BASELINE: 'baseline'>)
    """
    return Stage.POST if Stage.POST in set(stages) else Stage.BASELINE


def claimed_multiplier(claim: Claim) -> Decimal | None:
    """Return the multiplier that a claim stands for; None where it names no category.

    Examples
    --------
    >>> from lnrs_geo.multiplier.claims import read_label
    >>> claimed_multiplier(read_label("Formally identified in local strategy"))
    Decimal('1.15')
    """
    return _multiplier(claim.significance) if claim.significance else None


def units_at(units: Decimal, *, claimed: Decimal, assessed: Decimal) -> Decimal:
    """Return units at another multiplier: units / claimed multiplier * assessed multiplier.

    Examples
    --------
    >>> units_at(Decimal("2.3"), claimed=Decimal("1.15"), assessed=Decimal("1"))
    Decimal('2')
    """
    # multiplied first: the same multiplier then gives back the same figure to the last digit
    return units * assessed / claimed


def units_range(
    units: float | Decimal | None, claimed_mult: Decimal | float | None, parts: Sequence[SizedPart]
) -> tuple[Decimal, Decimal] | None:
    """Return the units of a parcel after assessment: all provisional parts Low, and all High.

    None where no effect can be computed; `no_effect` says why.

    Parameters
    ----------
    units
        What the input claims for the whole parcel at this stage.
    claimed_mult
        The multiplier in those units: that of the claimed significance.
    parts
        Size, status and multiplier of every part. Sizes may be in any one unit: only shares count.

    Examples
    --------
    >>> units_range(2.3, Decimal("1.15"), [(1.0, "decided", Decimal("1.15")), (1.0, "provisional", Decimal("1"))])
    (Decimal('2.15'), Decimal('2.30'))
    """
    found = by_part(units, claimed_mult, parts)
    if not found:
        return None
    return sum((one.low for one in found), Decimal(0)), sum((one.high for one in found), Decimal(0))


def by_part(
    units: float | Decimal | None, claimed_mult: Decimal | float | None, parts: Sequence[SizedPart]
) -> tuple[PartUnits, ...]:
    """Share the claimed units among the parts by size and assess each; empty where `no_effect` says why.

    Parameters are those of `units_range`. A provisional part counts from Low to High, also where
    two figures are shown for it (rules section 6).
    """
    if no_effect(units, claimed_mult, parts):
        return ()
    whole, claimed = _decimal(units), _decimal(claimed_mult)
    total = sum((_decimal(size) for size, _, _ in parts), Decimal(0))
    result = []
    for size, status, mult in parts:
        share = whole * _decimal(size) / total if len(parts) > 1 else whole
        if status == Status.PROVISIONAL:
            low, high = _multiplier(Significance.LOW), _multiplier(Significance.HIGH)
        else:
            low = high = _decimal(mult)
        result.append(
            PartUnits(
                share,
                units_at(share, claimed=claimed, assessed=low),
                units_at(share, claimed=claimed, assessed=high),
            )
        )
    return tuple(result)


def no_effect(
    units: float | Decimal | None, claimed_mult: Decimal | float | None, parts: Sequence[SizedPart]
) -> str:
    """Say why no effect in units can be computed; empty where one can.

    Examples
    --------
    >>> no_effect(0.0, Decimal("1"), [(1.0, "decided", Decimal("1"))])
    'The units claimed are 0; no effect follows from that.'
    """
    number = _decimal(units)
    if number.is_nan():
        return "The input claims no units for it."
    if number <= 0 or not number.is_finite():
        return f"The units claimed are {float(number):g}; no effect follows from that."
    factor = _decimal(claimed_mult)
    if factor.is_nan() or factor <= 0:
        return "The units come without a strategic significance that can be read, so what they hold is not known."
    if any(status == Status.NOT_APPLICABLE for _, status, _ in parts):
        return "No multiplier applies to it."
    if not parts or any(
        status == Status.ERROR or (status != Status.PROVISIONAL and _decimal(mult).is_nan())
        for _, status, mult in parts
    ):
        return "It is in error, so there is no multiplier to compute with."
    sizes = [_decimal(size) for size, _, _ in parts]
    if len(parts) > 1 and not (all(size.is_finite() and size >= 0 for size in sizes) and sum(sizes) > 0):
        return "Its parts have no size to share the units by."
    return ""


def _decimal(value: float | Decimal | None) -> Decimal:
    """Return a number as it prints, so that 1.15 is 1.15; NaN for nothing."""
    return Decimal("NaN") if value is None else value if isinstance(value, Decimal) else Decimal(str(value))


def _multiplier(significance: Significance) -> Decimal:
    return rules.editions()[-1].multiplier(significance)
