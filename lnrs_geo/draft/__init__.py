"""Draft the rows of a crosswalk from the words of a strategy's measures, for a person to judge.

A draft decides nothing: its rows are `proposed`, each names the words that led to it, and the
program asks for review wherever only such a row fits (rules section 3).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lnrs_geo.draft.lexicon import Entry, Lexicon, load_lexicon, root
from lnrs_geo.draft.phrases.readings import Reading, is_measure, read_sentence
from lnrs_geo.draft.phrases.words import Token, mentions, sentences
from lnrs_geo.multiplier.crosswalk import COLUMNS
from lnrs_geo.multiplier.signature import DRAFTED

LONGEST_PHRASE = 12  # words; of a longer stretch only its two ends are quoted


@dataclass(frozen=True, slots=True)
class MeasureText:
    """One potential measure as its strategy words it.

    `eligible` is the flag of the measures layer ("yes", "no", "unclear"), "" where it has none.
    """

    measure_id: str
    text: str
    eligible: str = ""


@dataclass(frozen=True, slots=True)
class _Find:
    """A reading and the words of the text that led to it."""

    reading: Reading
    phrase: str

    @property
    def entry(self) -> Entry:
        return self.reading.entry


def propose(measures: Iterable[MeasureText], *, lnrs_id: str) -> list[dict[str, str]]:
    """Propose crosswalk rows for each measure by the words of its text.

    Parameters
    ----------
    measures
        The measures, in any order; one that stands several times is drafted once, by all its texts.
    lnrs_id
        Goes into each row.

    Returns
    -------
    list of dict
        Rows with the columns of `crosswalk.csv`, sorted by measure and, within one, as the text
        goes. A measure in whose text nothing was found has one row without habitat and verdict.

    Examples
    --------
    >>> rows = propose([MeasureText("7", "Create lowland meadows on arable land.")], lnrs_id="derbyshire")
    >>> [(row["habitat"], row["intervention"], row["phrase"]) for row in rows]
    [('Grassland - Lowland meadows', 'create', 'Create lowland meadows')]
    """
    lexicon = load_lexicon()
    texts: dict[str, set[tuple[str, str]]] = {}
    for measure in measures:
        texts.setdefault(measure.measure_id.strip(), set()).add((measure.text.strip(), measure.eligible))
    rows: list[dict[str, str]] = []
    for measure_id in sorted(texts, key=_natural):
        said = sorted(texts[measure_id])
        flagged = any(eligible == "no" for _, eligible in said)
        for row in _draft("\n".join(dict.fromkeys(text for text, _ in said)), lexicon):
            remark = "the measures layer flags this measure as not counting" if flagged else ""
            row["note"] = "; ".join(part for part in (row["note"], remark) if part)
            filled = {
                "lnrs_id": lnrs_id,
                "measure_id": measure_id,
                "status": "proposed",
                "source": DRAFTED,
                **row,
            }
            rows.append({column: filled.get(column, "") for column in COLUMNS})
    return rows


def _natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Sort M2 before M10."""
    parts = re.findall(r"\d+|\D+", text)
    return tuple((0, int(part), part) if part.isdecimal() else (1, 0, part) for part in parts)


def _draft(text: str, lexicon: Lexicon) -> list[dict[str, str]]:
    finds: list[_Find] = []
    named: list[Entry] = []
    for sentence in sentences(text):
        found = mentions(sentence, lexicon)
        if not found or not is_measure(sentence, lexicon):
            continue
        for reading in read_sentence(sentence, found, lexicon):
            named.append(reading.entry)
            if reading.intervention:
                finds.append(_Find(reading, _quote(text, sentence, reading)))
    exact = {find.entry.family for find in finds if not find.entry.general}
    finds = [find for find in finds if not (find.entry.general and find.entry.family in exact)]
    rows: dict[tuple[str, str], dict[str, str]] = {}
    settings = _settings(text, lexicon)
    for find in finds:
        for module, habitat, intervention in _outcomes(find, settings):
            _merge(rows, _row(find, module=module, habitat=habitat, intervention=intervention))
    return list(rows.values()) or [_nothing(text, named, lexicon)]


def _settings(text: str, lexicon: Lexicon) -> frozenset[str]:
    words = set(re.findall(r"[a-z]+", text.lower()))
    return frozenset(name for name, some in lexicon.settings.items() if words & some)


def _outcomes(find: _Find, settings: frozenset[str]) -> list[tuple[str, str, str]]:
    """Return module, habitat and intervention of each row that a find is worth."""
    entry, intervention = find.entry, find.reading.intervention
    names = entry.habitats
    for place, opposite, others in (("upland", "lowland", entry.upland), ("urban", "rural", entry.urban)):
        if others and place in settings:
            names = (*names, *others) if opposite in settings else others
    if entry.existing and intervention == "enhance":
        names = entry.existing
    rows = [(entry.module, name, intervention) for name in dict.fromkeys(names)]
    return rows + [("hedgerow", name, "enhance") for name in entry.also]


def _row(find: _Find, *, module: str, habitat: str, intervention: str) -> dict[str, str]:
    notes = (f"{intervention}: {find.reading.why}", find.entry.note)
    return {
        "module": module,
        "habitat": habitat,
        "intervention": intervention,
        "verdict": "yes",
        "phrase": find.phrase,
        "note": "; ".join(note for note in notes if note),
    }


def _merge(rows: dict[tuple[str, str], dict[str, str]], row: dict[str, str]) -> None:
    """Keep one row per habitat: what is created here and enhanced there is either."""
    key = (row["module"], row["habitat"])
    known = rows.setdefault(key, row)
    if known["intervention"] in (row["intervention"], "either"):
        return
    known |= {
        "intervention": "either",
        "phrase": f"{known['phrase']} ... {row['phrase']}",
        "note": f"{known['note']}; {row['note']}",
    }


def _nothing(text: str, named: Sequence[Entry], lexicon: Lexicon) -> dict[str, str]:
    note = "nothing found: no words were recognised that ask for a habitat of the metric to be created or enhanced"
    if named:
        places = dict.fromkeys(name for entry in named for name in entry.habitats[:1])
        note += f"; the text names {', '.join(places)}: look whether it asks something for them"
    roots = " " + " ".join(root(word) for word in re.findall(r"[a-z]+", text.lower())) + " "
    about = next(
        (about for about, words in lexicon.topics if any(f" {word} " in roots for word in words)), ""
    )
    if about:
        note += f"; it is about {about}"
    return {"module": "", "habitat": "", "intervention": "", "verdict": "", "phrase": "", "note": note}


def _quote(text: str, sentence: Sequence[Token], reading: Reading) -> str:
    """Return the words of the text from what governs a habitat to its name."""
    first, last = sentence[reading.first], sentence[reading.last]
    if reading.last - reading.first <= LONGEST_PHRASE:
        words = " ".join(text[first.start : last.end].split())
        return (
            words + ")" if "(" in words and ")" not in words and text[last.end :].startswith(")") else words
        )
    ends = (text[first.start : first.end], text[sentence[reading.last - 3].start : last.end])
    return " ... ".join(" ".join(one.split()) for one in ends)
