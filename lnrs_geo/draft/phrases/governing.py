"""Find the word of a sentence that governs a habitat: a verb, a noun of doing, or a preposition.

It is looked for after the habitat ("woodland creation", "ponds should be dug"), then before it,
word by word, across lists ("ponds, hedges and trees") and phrases that add nothing ("areas of").
"""

from collections.abc import Sequence
from dataclasses import replace

from lnrs_geo.draft.lexicon import Lexicon
from lnrs_geo.draft.phrases.clauses import Clauses, Governor
from lnrs_geo.draft.phrases.words import Mention, Token

LONGEST_REACH = 22  # words between a verb and its object
PASSIVE_REACH = 10  # words between a habitat and "should be created"
TALK_REACH = 4  # words between "training" and what it is on
EXAMPLE_REACH = 12  # words between "habitat" and ", such as"
FEATURE_REACH = 8  # words between a preposition and what is done there


class Sentence(Clauses):
    """One sentence, to be asked what governs each of the habitats that it names."""

    def __init__(self, sentence: Sequence[Token], found: Sequence[Mention], lexicon: Lexicon) -> None:
        super().__init__(sentence, found, lexicon)
        self._ends = {mention.head for mention in found}
        self._known: dict[Mention, Governor] = {}

    def governor(self, mention: Mention) -> Governor:
        """Return what governs a habitat of this sentence."""
        if mention not in self._known:
            self._known[mention] = self._made(self._governor(mention), mention)
        return self._known[mention]

    def _made(self, found: Governor, mention: Mention) -> Governor:
        """Settle whether "make" and the like create the habitat; where not, they do nothing to it."""
        if "make" not in found.kinds:
            return found
        made = self.is_made(mention, found.at)
        kinds = [("create" if made else "") if one == "make" else one for one in found.kinds]
        verbs = zip(kinds, found.verb.split(" and "), strict=True)
        telling = [(kind, verb) for kind, verb in verbs if kind]
        if not telling:
            return Governor("other", found.at)
        verb = " and ".join(verb for _, verb in telling)
        return replace(found, kind=telling[-1][0], verb=verb, kinds=tuple(kind for kind, _ in telling))

    # What stands after the habitat

    def _governor(self, mention: Mention) -> Governor:
        after = self._after(mention)
        if after.kind:
            return after
        if mention.first in self.aside:
            return Governor("place", mention.first)
        before = self._before(mention.first)
        if before.kind in ("", "place"):
            shared = self._shared_noun(mention)
            if shared.kind and (before.kind == "" or self.words[before.at] == "for"):
                return shared
        if before.kind in ("", "allow"):
            passive = self._passive(mention)
            if passive.kind:
                return passive
        if before.kind == "" and any(self.has(at, "fresh") for at in range(mention.first - 3, mention.first)):
            return Governor("create", mention.first, "new", ("create",))
        return before

    def _after(self, mention: Mention) -> Governor:
        """Read "woodland creation", "woodland birds" (which are birds) and "... should be avoided"."""
        at = mention.head + 1
        while self.has(at, "neutral") and at not in self.named:
            at += 1
        if self.is_refused(mention.head):
            return Governor("not", mention.first)
        if self.is_noun_of_doing(at):
            verbs = [self.words[at]]
            while self.has(at + 1, "conjunctions") and self.is_noun_of_doing(at + 2):
                at += 2
                verbs.append(self.words[at])
            spoken_of = any(
                self.has(back, "talk") for back in range(mention.first - TALK_REACH, mention.first)
            )
            refused = spoken_of or mention.first in self.aside
            if refused or self._before(mention.first).kind in ("not", "avoid"):
                return Governor("not", mention.first)
            return self._of_nouns(verbs, at)
        if self.has(at, "followers") and at not in self.named:
            return Governor("place", mention.first, self.words[at])
        return Governor()

    def _shared_noun(self, mention: Mention) -> Governor:
        """Read "creation" also for the first of "woodland or grassland creation"."""
        if not self.has(mention.head + 1, "conjunctions"):
            return Governor()
        for at in range(mention.head + 2, min(mention.head + 6, len(self.words))):
            if self.is_noun_of_doing(at) and not self.has(at + 1, "links"):
                return self._of_nouns([self.words[at]], at)
            if self.verb_class(at) or self.has(at, "prepositions", "links"):
                break
        return Governor()

    def _passive(self, mention: Mention) -> Governor:
        """Read "ponds should be dug" and "allow scrub to develop"."""
        led = False
        for at in range(mention.head + 1, min(mention.head + PASSIVE_REACH, len(self.words))):
            word = self.words[at]
            if self.has(at, "negations", "subordinators"):
                return Governor("not", at) if led else Governor()
            led = led or self.has(at, "auxiliaries")
            kind = self.lexicon.verbs.get(word, "")
            if not kind or at in self.named or self.has(at, "describing"):
                continue
            base = self.lexicon.base[word]
            if led and base in self.lexicon.words["growing"]:
                return Governor("create", at, base, ("create",))
            if led and word != base and not word.endswith(("s", "ing")):
                return Governor(kind, at, base, (kind,))
            return Governor()
        return Governor()

    # What stands before it

    def _before(self, start: int) -> Governor:
        """Walk to the left of a habitat until a word governs it."""
        at, quality, more_too = start - 1, False, False
        while at >= 0 and start - at < LONGEST_REACH:
            word = self.words[at]
            if at in self.aside and start not in self.aside:
                at -= 1
            elif at in self.named:
                mate = self.named[at]
                if at in self._ends and self.joins(mate, start):
                    return self.governor(mate)
                at = mate.first - 1
            elif word == "of":
                across = self._across_of(at)
                if isinstance(across, Governor):
                    return replace(across, quality=across.quality or quality)
                nouns = range(across + 1, at)
                if any(self.has(one, "quality") for one in nouns):
                    quality = True
                    # "increase the extent and quality of woodland"
                    more_too = more_too or any(self.has(one, "extent") for one in nouns)
                at = across
            elif self.has(at, "openers"):
                at = self._exemplified(at)
            elif word in ("to", "into"):
                return self._turned_into(at)
            elif word == "for" and at and self.words[at - 1] in self.lexicon.nouns:
                return self._of_nouns([self.words[at - 1]], at - 1)
            elif word in self.lexicon.words["prepositions"]:
                return self._place(at)
            elif self.verb_class(at):
                found = self._of_verbs_at(at)
                if more_too:
                    return replace(found, kinds=(*found.kinds, "either"))
                return replace(found, quality=quality)
            else:
                at -= 1
        return Governor()

    def _exemplified(self, at: int) -> int:
        """Step from ", such as" to what it is an example of: "habitat to act as roosts, such as lagoons"."""
        if self.words[max(at - 1, 0)] in (",", "("):
            for back in range(at - 2, max(at - EXAMPLE_REACH, -1), -1):
                if self.roots[back] == "habitat" and back not in self.named:
                    return back
        return at - 1

    def _across_of(self, at: int) -> Governor | int:
        """Read what stands before "of": creation (a governor), areas (go on from there), or a part."""
        back = at - 1
        if back >= 0 and self.words[back] == ")":  # "strips (over 10 m wide) of"
            while back > 0 and self.words[back] != "(":
                back -= 1
            back -= 1
        if back < 0:
            return Governor("place", at)
        if self.lexicon.nouns.get(self.words[back]):
            nouns = [self.words[back]]
            while self.has(back - 1, "conjunctions") and self.lexicon.nouns.get(self.words[back - 2]):
                back -= 2
                nouns.append(self.words[back])
            outer = self._before(back)
            return outer if outer.kind in ("not", "avoid") else self._of_nouns(nouns, back)
        if self.has(back, "transparent", "quality", "extent", "ties"):
            only_tied = self.has(back, "ties")
            while self.has(back - 1, "conjunctions", "articles", "quality", "extent", "ties"):
                back -= 1
                only_tied = only_tied and not self.has(back, "quality", "extent")
            # the ties between woods are no part of them
            return Governor("place", at) if only_tied else back - 1
        return back if self.verb_class(back) else Governor("place", at)

    def _turned_into(self, at: int) -> Governor:
        """Read "restore pasture to meadow"; any other "to" says only where."""
        if self.has(at - 1, "adjacency"):
            return Governor("place", at)
        for back in range(at - 1, -1, -1):
            word = self.words[back]
            verb = self.lexicon.nouns.get(word) or self.lexicon.base.get(word, "")
            if self.lexicon.verbs.get(verb) in ("become", "restore") and (
                word in self.lexicon.nouns or self.verb_class(back)
            ):
                found = (
                    self._of_nouns([word], back) if word in self.lexicon.nouns else self._of_verbs_at(back)
                )
                return replace(found, to=True)
            if self.verb_class(back):
                return self._place(at)
            if word in self.lexicon.words["prepositions"] and word not in ("on", "in", "from", "for", "with"):
                break
        return Governor("place", at)

    def _place(self, at: int) -> Governor:
        """Read a preposition: where something is done, unless what is done there is for the habitat."""
        word = self.words[at]
        if word == "with":
            verb = next((back for back in range(at - 1, -1, -1) if self.verb_class(back)), -1)
            base = self.lexicon.base.get(self.words[verb], "") if verb >= 0 else ""
            if base == "replace":
                return Governor("become", verb, base, ("become",), to=True)
            if base and self.has(at + 1, "fresh"):  # "buffer the wood with new scrub"
                return Governor("create", verb, base, ("create",))
        if word == "for" and self.has(at - 1, "chances") and self.has(at + 1, "fresh"):
            return Governor("create", at, "new", ("create",))
        if word not in ("in", "within", "on", "to", "from", "onto", "into"):
            return Governor("place", at)
        features: list[int] = []
        for back in range(at - 1, max(at - FEATURE_REACH, -1), -1):
            if self.has(back, "invasive") or self.words[back] in self.lexicon.words["prepositions"] - {"of"}:
                break
            kind = self.verb_class(back)
            if self.has(back, "features"):
                features.append(back)
                if kind != "enhance":  # "coppice hazel in woodland"
                    continue
            if (
                kind in ("create", "make", "expand", "restore", "enhance", "either", "block", "remove")
                and features
            ):
                return Governor(
                    "enhance", back, self.lexicon.base[self.words[back]], ("enhance",), True, True
                )
            if kind:
                break
        return Governor("place", at)

    # Verbs together

    def _of_verbs_at(self, at: int) -> Governor:
        """Gather the verbs that share an object: "restore, enhance and create"; "not" undoes them."""
        verbs = [at]
        back = at - 1
        while back >= 0:
            if self.has(back, "conjunctions", "adverbs") or self.words[back].endswith("ly"):
                back -= 1
            elif self.verb_class(back) and self.has(back + 1, "conjunctions", "adverbs"):
                verbs.append(back)
                back -= 1
            else:
                break
        first = verbs[-1]
        for one in range(first - 1, max(first - 4, -1), -1):
            if self.has(one, "conjunctions"):
                break
            # "reduce grazing to restore heathland" wants the heathland
            refused = self.lexicon.verbs.get(self.words[one]) == "avoid" and "to" not in self.words[one:first]
            if refused or self.has(one, "negations"):
                return Governor("not", one)
        if self.words[max(first - 1, 0)] == "to" and self.lexicon.verbs.get(self.words[at]) == "protect":
            return Governor("other", at)  # "fence the bank to protect the river"
        named = [self.lexicon.base.get(self.words[one], "") for one in reversed(verbs)]
        # of "restore, expand and link" the last is nothing for the metric
        telling = [verb for verb in named if self.lexicon.verbs.get(verb, "other") not in ("other", "allow")]
        if telling:
            return self._governor_of(telling, first)
        return Governor(self.lexicon.verbs.get(named[-1], "other"), first)

    def _of_nouns(self, nouns: Sequence[str], at: int) -> Governor:
        return self._governor_of([self.lexicon.nouns[noun] for noun in nouns], at)

    def _governor_of(self, verbs: Sequence[str], at: int) -> Governor:
        kinds = tuple(self.lexicon.verbs[verb] for verb in verbs)
        return Governor(kinds[-1] if kinds else "other", at, " and ".join(verbs), kinds)
