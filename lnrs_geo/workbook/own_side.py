"""What a row of the metric comes to where it was joined to a parcel: by its own side and its own claim.

The sheet of a row says on which side of the boundary its land lies, and the rules by dates differ there.
A check may have taken the parcel as on the other side, and its file may repeat another claim. So what the
dates say is asked again for the row, and only what the map says is the parcel's. What neither tells is
left for review.
"""

import re
from collections.abc import Mapping
from typing import Any

from lnrs_geo import areas
from lnrs_geo.model import Significance, Stage, Status
from lnrs_geo.multiplier.applications import Application
from lnrs_geo.multiplier.claims import FROZEN_REGIMES, Claim, read_label
from lnrs_geo.multiplier.clause import Clause
from lnrs_geo.multiplier.figures import KEPT, TWO_FIGURES, two_figures
from lnrs_geo.multiplier.regime import Publication, Regime
from lnrs_geo.workbook.joining import Parcel
from lnrs_geo.workbook.metric_rows import MetricRow
from lnrs_geo.workbook.regime_alone import Answer, Dates, asked_of, check_of, regime_by

# What an answer has from the part of a parcel that it is of
_OF_PART = (
    "stage", "retention", "status", "strat_sig", "ss_mult", "alt_sig", "ss_reason", "reason", "regime", "regime_rule",
    "review", "measure_id", "gridref", "lnrs_id", "authority",
)  # fmt: skip
_TABLE_7, _TABLE_8 = "table-7", "table-8"
# How the reason of two figures tells what Table 7 says, and whether that is open too
_ALONE = re.compile(r"Table 7, which (?:says|is itself open here \()\s*(\w+)")
_OPEN, _UNDER = "Table 7 is itself open here", " Under Table 7: "
_OPEN_ALONE = "Table 7, which is itself open here"


def answer_of(
    row: MetricRow, part: Mapping[str, Any], parcel: Parcel, dates: Dates, *, submitted: bool, dated: bool
) -> Answer:
    """Return what a part of the row's parcel, and the dates for the row's own side, say of its own claim.

    Parameters
    ----------
    dates
        Of the application that the metric is of, for parcels that do not say what they were judged by.
    submitted
        Whether an earlier file tells what kept baselines were.
    dated
        Whether dates of an application were given anywhere.
    """
    answer: Answer = {name: part[name] for name in _OF_PART} | {"claimed": row.claimed}
    if not answer["retention"] and row.code.retention:
        answer["retention"] = row.code.retention.value
    if answer["status"] in (Status.ERROR, Status.NOT_APPLICABLE):
        return _checked(answer, row)
    application = _application(parcel, dates, dated=dated)
    if application is None:
        return _left_open(
            answer, row, Regime("review", answer["regime_rule"], "Its dates are not known."), dates
        )
    own = _regime(row, part, application, dates)
    if row.code.stage is Stage.BASELINE:
        return _baseline(answer, row, own, parcel, dates, submitted=submitted)
    return _created(answer, row, own, parcel, dates)


def _application(parcel: Parcel, dates: Dates, *, dated: bool) -> Application | None:
    if parcel.basis is not None:
        return parcel.basis.application
    return dates.application if dates.application.has_dates or not dated else None


def _regime(row: MetricRow, part: Mapping[str, Any], application: Application, dates: Dates) -> Regime:
    """Return which table applies to the row on its own side, where its parcel lies."""
    published = {one: _publication(one, dates) for one in str(part["lnrs_id"]).split(";")}
    return regime_by(application, tuple(published.items()), dates.as_at, row.code.stage, row.code.off_site)


def _publication(lnrs_id: str, dates: Dates) -> Publication | None:
    """Return when an LNRS was published; one that is not loaded as far as that is known."""
    if lnrs_id in dates.publications:
        return dates.publications[lnrs_id]
    known = areas.area(lnrs_id)
    return Publication(known.published.first, known.published.last) if known and known.published else None


def _baseline(
    answer: Answer, row: MetricRow, own: Regime, parcel: Parcel, dates: Dates, *, submitted: bool
) -> Answer:
    """Answer for a baseline, which is never looked up on the map, but before an LNRS is published."""
    same = _is_same(answer, own)
    if same and own.table in (_TABLE_7, _TABLE_8):
        return _checked(answer, row)
    if own.table == _TABLE_8:
        return _left_open(answer, row, own, dates)
    obstacle = _obstacle(answer, parcel)
    if not submitted or own.table not in (*FROZEN_REGIMES, *TWO_FIGURES):
        return _of_place(dates.under(own, row, obstacle=obstacle), answer)
    earlier = _earlier(answer, parcel)
    if earlier is not None:
        return _of_place(dates.under(own, row, earlier=earlier, obstacle=obstacle), answer)
    # the earlier file does not show it: the metric's own claim does not stand in for that
    return _checked(answer, row) if same else _left_open(answer, row, own, dates)


def _created(answer: Answer, row: MetricRow, own: Regime, parcel: Parcel, dates: Dates) -> Answer:
    """Answer for what is created or enhanced: the map's answer is the parcel's, all else the row's own."""
    if own.table in KEPT:
        return _of_place(dates.under(own, row, obstacle=_obstacle(answer, parcel)), answer)
    if own.table in TWO_FIGURES:
        by_map = _under_table_7(answer, parcel)
        return (
            _left_open(answer, row, own, dates) if by_map is None else _two(answer, row, own, by_map, dates)
        )
    if _is_same(answer, own):
        return _checked(answer, row)
    if own.table == _TABLE_7 == answer["regime"]:
        answer |= {"regime_rule": own.rule, "review": bool(answer["review"]) or own.look}
        answer["reason"] = _told(answer["reason"], own)
        return _checked(answer, row)
    return _left_open(answer, row, own, dates)


def _is_same(answer: Answer, own: Regime) -> bool:
    return (answer["regime"], answer["regime_rule"]) == (own.table, own.rule)


def _checked(answer: Answer, row: MetricRow) -> Answer:
    return answer | {"check": check_of(row.claim, answer)}


def _of_place(made: Answer, answer: Answer) -> Answer:
    """Return an answer that the dates gave, with where it lies; no measure is relied on."""
    return {name: answer[name] for name in ("gridref", "lnrs_id", "authority")} | {"measure_id": ""} | made


def _obstacle(answer: Answer, parcel: Parcel) -> tuple[str, str]:
    """Return what is wrong with the parcel itself, whichever table applies to it."""
    if parcel.basis is not None:
        return parcel.basis.row.obstacle, parcel.basis.row.obstacle_note
    located = answer["ss_reason"] != "repaired-geometry"
    return ("", "") if located else (answer["ss_reason"], answer["reason"])


def _earlier(answer: Answer, parcel: Parcel) -> Claim | None:
    """Return what an earlier file claims of the parcel; None where it does not show it."""
    if parcel.basis is not None:
        return parcel.basis.earlier
    return read_label(answer["strat_sig"]) if answer["status"] == Status.DECIDED else None


def _under_table_7(answer: Answer, parcel: Parcel) -> Clause | None:
    """Return what Table 7 says of the parcel, be it one of its two figures; None where nobody asked it."""
    if answer["regime"] == _TABLE_7:
        figure, sentence, status = answer["strat_sig"], answer["reason"], Status(answer["status"])
    elif answer["regime"] in TWO_FIGURES:
        figure, sentence = _figure_of_map(answer, parcel), answer["reason"].partition(_UNDER)[2]
        status = Status.PROVISIONAL if map_is_open(answer) else Status.DECIDED
    else:
        return None
    if not figure:
        return None
    return Clause(Significance(figure), status, answer["ss_reason"], sentence)


def map_is_open(answer: Answer) -> bool:
    """Tell whether of two figures the one by the map is itself open, so that a Low is none yet."""
    return _OPEN in answer["reason"] or _OPEN_ALONE in answer["reason"]


def _figure_of_map(answer: Answer, parcel: Parcel) -> str:
    """Return which of a parcel's two figures is Table 7's; empty where that cannot be told."""
    if not answer["alt_sig"]:
        said = _ALONE.search(answer["reason"])
        return said[1] if said else ""
    figures = [answer["strat_sig"], answer["alt_sig"]]
    claimed = (
        parcel.basis.row.held if parcel.basis else read_label(str(parcel.parts[0]["claimed"])).significance
    )
    if claimed not in figures:
        return ""
    figures.remove(claimed)
    return str(figures[0])


def _two(answer: Answer, row: MetricRow, own: Regime, by_map: Clause, dates: Dates) -> Answer:
    """Set the metric's own claim against what Table 7 says of the parcel."""
    found = two_figures(asked_of(row, own), by_map)
    lower = found.significance or Significance.LOW
    answer |= {
        "status": found.status.value,
        "strat_sig": lower.value,
        "ss_mult": dates.edition.multiplier(lower),
        "alt_sig": found.alt.value if found.alt else "",
        "ss_reason": found.code,
        "reason": _told(found.sentence.removesuffix(_UNDER), own),
        "regime": own.table,
        "regime_rule": own.rule,
        "review": True,
    }
    return _checked(answer, row)


def _told(reason: str, own: Regime) -> str:
    """Return a reason with the warnings of the dates that it does not hold yet."""
    return " ".join([reason, *(one for one in own.warnings if one not in reason)])


def _left_open(answer: Answer, row: MetricRow, own: Regime, dates: Dates) -> Answer:
    """Leave a row for review: its parcel was judged by rules that are not those of the row's side."""
    side, other = ("off-site", "on-site") if row.code.off_site else ("on-site", "off-site")
    reason = (
        f"The metric has it {side}, and its parcel was not judged as that (row {answer['regime_rule']}), so what "
        f"holds for it is not known. {own.reason} Say in the parcels' location column that it is {side}, or correct "
        f"the sheet if it is {other}."
    )
    return _checked(
        answer
        | {
            "status": Status.PROVISIONAL.value,
            "strat_sig": Significance.LOW.value,
            "ss_mult": dates.edition.multiplier(Significance.LOW),
            "alt_sig": "",
            "ss_reason": "regime-review",
            "reason": _told(reason, own),
            "regime": own.table,
            "regime_rule": own.rule,
            "review": True,
            "measure_id": "",
        },
        row,
    )
