"""How much is measured: numbers of parcels, polygons and repeats, from a whole run down to a test of it."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes of one run.

    `scale` is the part of the county that is made (1: about 20,000 polygons, 105,000 fields). `small`
    is what the slow ways are tried on, `middle` and `large` what all are compared at. `big_scale` is
    the part of a layer of about 400 MB, `layers` and `layer_scale` are the number of areas in the
    row `national` and the part of 175,000 polygons that each has.
    """

    name: str
    scale: float
    small: int
    middle: int
    large: int
    million: int
    big_scale: float
    layers: int
    layer_scale: float
    national: int
    repeats: int = 3
    warm_calls: int = 20

    @property
    def whole(self) -> bool:
        """Say whether these are the sizes that the targets speak of."""
        return self == FULL

    def reduced(self, share: float) -> "Plan":
        """Return the same with fewer areas and parcels in the row `national`."""
        layers = max(1, round(self.layers * share))
        return replace(self, layers=layers, national=round(self.national * layers / self.layers))


FULL = Plan("full", 1.0, 1_000, 10_000, 100_000, 1_000_000, 1.0, 48, 1.0, 1_000_000)
QUICK = Plan("quick", 0.2, 300, 1_500, 6_000, 30_000, 0.05, 3, 0.02, 3_000)
TINY = Plan("tiny", 0.003, 20, 60, 150, 600, 0.002, 2, 0.003, 120, repeats=3, warm_calls=3)
PLANS = {plan.name: plan for plan in (FULL, QUICK, TINY)}
