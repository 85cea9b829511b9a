"""What later words do to an earlier promise: repeat, move, hand over, withdraw, discharge it.

After Kalia et al., "Determining team hierarchy from broadcast communications" and later work on
commitments in chat (2013): create, discharge, delegate, cancel. A change needs words in common
with the promise, or to stand right after it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from rag.minutes.dialogue.postponing import correct, only_due, only_later, topic_of
from rag.minutes.dialogue.stance import has_phrase
from rag.minutes.drafts import Draft, content, overlap, words_of
from rag.minutes.english import answers as english_answers
from rag.minutes.lexicon import family
from rag.minutes.morphology import parses, reading
from rag.minutes.russian.words import akin, imperative
from rag.minutes.view import Scene, View
from rag.words import fold, stem, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.minutes.clauses import Sentence
    from rag.minutes.dates import Found

#: share of common stems from which two promises are about the same thing
SAME = 0.6
#: the same for one person's words within a few turns
SAME_SOON = 0.5
#: turns within which a bare new deadline or a bare «отбой» is about the last promise
NEAR = 3
#: words of a sentence that can be a bare new deadline
_SHORT = 6
#: turns within which a withdrawal by verb alone reaches back
REACH = 6


def _things(scene: Scene, draft: Draft) -> frozenset[str]:
    """Stems of what is acted on, without the verb."""
    return _nouns(scene.text[draft.what[0] : draft.what[1]])


@lru_cache(maxsize=4_096)
def _nouns(what: str) -> frozenset[str]:
    return frozenset(
        stem(word)
        for token in words(what)
        if len(word := fold(token)) > 2
        and any(p.grammemes & {"NOUN", "LATN"} for p in parses(word)[:1])
        and not any(p.grammemes & {"Name", "Surn"} for p in parses(word)[:1])
    )


def _other_ear(old: Draft, new: Draft) -> bool:
    """Whether two promises are made to different people."""
    return bool(old.to_whom and new.to_whom) and old.to_whom != new.to_whom


def _head(scene: Scene, draft: Draft) -> str:
    """The stem of the first thing acted on: «смета по еде» is not «еда»."""
    things = _things(scene, draft)
    spoken = words(scene.text[draft.what[0] : draft.what[1]])
    return next((s for word in spoken if (s := stem(fold(word))) in things), "")


def _alike(scene: Scene, old: Draft, new: Draft, least: float) -> bool:
    """Whether two promises are about one thing; «еда» is not yet «смета по еде»."""
    one, other = words_of(scene.text, old), words_of(scene.text, new)
    things, others = _things(scene, old), _things(scene, new)
    if things and things == others:
        if old.who != new.who:
            return len(things) > 1 or new.yields
        if not (old.verb and new.verb) or akin(old.verb, new.verb):
            return True
    if not things and not others and (new.turn - old.turn > NEAR or _other_ear(old, new)):
        return False
    nested = things and others and (things <= others or others <= things)
    if nested and old.who == new.who and (old.verb == new.verb or not old.verb or not new.verb):
        return _head(scene, old) == _head(scene, new)
    if scene.language == "en" and new.verb:
        # one verb in common is not yet one thing: "send a poll" is not "send the breakdown"
        shared = {stem(old.verb)} & {stem(new.verb)}
        one, other = one - shared, other - shared
        if not other - {stem(new.verb)}:  # "I'll ring the farm" - "I'll phone them"
            said = scene.text[slice(*new.what)]
            near = least == SAME_SOON and english_answers.refers_back(said)
            return near and english_answers.kindred(old.verb, new.verb)
    if overlap(one, other) < least:
        return False
    if min(len(one), len(other)) > 1 or len(one) == len(other):
        return True
    verbs = {stem(old.verb), stem(new.verb)}
    heads = [
        next((s for w in words(scene.text[slice(*d.what)]) if (s := stem(w)) in kept - verbs), "")
        for d, kept in ((old, one), (new, other))
    ]
    return heads[0] == heads[1] or not all(heads)


def merge(scene: Scene, drafts: list[Draft], new: Draft) -> None:
    """Add a draft to the list, or fold it into the earlier one it repeats or changes."""
    mine = words_of(scene.text, new)
    for place in range(len(drafts) - 1, -1, -1):
        old = drafts[place]
        taken_over = new.act == "accepted" and old.who != new.who
        if old.status == "done" or (old.status == "cancelled" and not taken_over):
            continue
        mine_too = old.who == new.who or (new.who is None and old.turn != new.turn)
        close = mine_too and new.turn - old.turn <= NEAR and old.turn != new.turn
        if not _alike(scene, old, new, SAME_SOON if close else SAME):
            continue
        if old.who == new.who or (close and new.who is None):
            drafts[place] = _updated(old, replace(new, who=old.who))
            return
        third = old.act == new.act == "reported" and not scene.on_paper
        handed_over = (new.yields or third) and old.turn < new.turn and old.act != "joint"
        if handed_over and len(mine & words_of(scene.text, old)) >= 1:
            moved = replace(new, due=new.due or old.due)
            drafts[place] = replace(
                moved,
                support=(*new.support, old.at),
                history=(*old.history, (old.at, old.due.due.raw if old.due else None)),
            )
            return
    drafts.append(new)


def _updated(old: Draft, new: Draft) -> Draft:
    """A promise said again by its owner: a new deadline moves it, anything else supports it."""
    if new.condition and not old.condition:
        old = replace(old, condition=new.condition, status=new.status, due=new.due or old.due)
    if new.due is None or (old.due and new.due.due == old.due.due):
        return replace(
            old, support=(*old.support, new.at, *new.support), to_whom=old.to_whom or new.to_whom
        )
    if old.due is None:
        return replace(old, due=new.due, support=(*old.support, new.at))
    return replace(
        new,
        to_whom=new.to_whom or old.to_whom,
        act=old.act,
        support=(old.at, *old.support, *new.support),
        history=(*old.history, (old.at, old.due.due.raw)),
    )


def apply(
    scene: Scene,
    drafts: list[Draft],
    index: int,
    speaker: str | None,
    sentences: Sequence[Sentence],
    has_findings: bool,
    answer: str | None,
) -> None:
    """Change the drafts by what the turn at `index` says of them."""
    correct(scene, drafts, index, sentences)
    for sentence_at, sentence in enumerate(sentences):
        if sentence.question:
            continue
        if _cancels(sentence):
            _withdraw(scene, drafts, index, speaker, sentence, opening=not sentence_at)
        elif _denied(scene, drafts, index, speaker, sentence):
            continue
        elif _discharges(sentence):
            _discharge(scene, drafts, index, speaker, sentence)
        elif _reports_done(scene, drafts, index, speaker, sentence):
            continue
        elif not has_findings:
            view = View(scene, index, tuple(sentences), sentence_at, 0)
            due = only_due(view)
            if due and not _calls(scene, sentence):
                _move(drafts, index, speaker, due, answer)


def _cancels(sentence: Sentence) -> bool:
    language = sentence.language
    if language == "en":
        return english_answers.withdrawn(sentence) is not None
    cues = family(language, "cancel")
    if {"if", "если", "когда", "when"} & set(sentence.words) or only_later(sentence):
        return False
    if has_phrase(sentence.words, family(language, "cancel_phrase")):
        return True
    return any(
        (parse.lemma in cues and parse.grammemes & {"1per", "impr", "PRTS", "NOUN"}) or word in cues
        for word in sentence.words
        for parse in parses(word)
        if parse.score >= 0.3 or word in cues
    )


def _calls(scene: Scene, sentence: Sentence) -> bool:
    """Whether a sentence calls somebody by name."""
    found = [m for c in sentence.clauses for m in scene.mentions(c.tokens)]
    return any(m.cases & {"nomn", "voct"} for m in found)


def _denied(
    scene: Scene, drafts: list[Draft], index: int, speaker: str | None, sentence: Sentence
) -> bool:
    """Withdraw one's own promise where its verb comes again with «не» («не куплю»)."""
    said = list(sentence.words)
    denied = {
        parse.lemma
        for at, word in enumerate(said[1:], 1)
        if said[at - 1] == "не"
        for parse in parses(word)[:1]
        if parse.grammemes & {"1per"}
    }
    called = {m.name for c in sentence.clauses for m in scene.roster.mentions(c.tokens)}
    forbidden = {
        verb
        for at, word in enumerate(said[1:], 1)
        if said[at - 1] == "не" and (verb := imperative(word))
    }
    for place in range(len(drafts) - 1, -1, -1) if denied or forbidden else ():
        draft = drafts[place]
        near = index - draft.turn <= REACH and draft.turn < index
        mine = draft.who == speaker and draft.verb in denied
        theirs = draft.who in called and any(akin(verb, draft.verb) for verb in forbidden)
        if near and (mine or theirs) and draft.status in ("open", "conditional"):
            support = (*draft.support, sentence.start)
            drafts[place] = replace(draft, status="cancelled", condition=None, support=support)
            return True
    return False


def _withdraw(
    scene: Scene,
    drafts: list[Draft],
    index: int,
    speaker: str | None,
    sentence: Sentence,
    *,
    opening: bool,
) -> None:
    """Cancel the last draft the sentence is about; `opening` where it begins its turn."""
    said = _withdrawn(scene, sentence)
    lemmas = {parse.lemma for word in sentence.words for parse in parses(word)}
    called = {m.name for c in sentence.clauses for m in scene.mentions(c.tokens)}
    for place in range(len(drafts) - 1, -1, -1):
        draft = drafts[place]
        if draft.turn > index or draft.sentence[0] > sentence.start or draft.status == "cancelled":
            continue
        if draft.sentence[0] == sentence.start and not _taken_back_at_once(sentence, draft):
            continue
        near = index - draft.turn <= NEAR
        about = overlap(said, words_of(scene.text, draft)) >= 0.5
        owner = draft.who == speaker or draft.who in called
        same_verb = (
            bool(draft.verb) and draft.verb in lemmas and index - draft.turn <= REACH and owner
        )
        brief = len(sentence.words) <= 4 or (opening and _opens(sentence))
        theirs = not called or draft.who in called
        short = brief and near and theirs and not said - _cue_stems(scene)
        named = overlap(topic_of(scene, sentence), _things(scene, draft)) >= SAME
        if about or same_verb or short or named:
            drafts[place] = replace(
                draft, status="cancelled", condition=None, support=(*draft.support, sentence.start)
            )
            return


def _taken_back_at_once(sentence: Sentence, draft: Draft) -> bool:
    """Whether a sentence withdraws what it has just told («говорил, что закажу, — отбой»)."""
    if sentence.language == "en":
        return english_answers.withdrawn(sentence) is not None
    cues = family("ru", "cancel")
    after = [c.words for c in sentence.clauses if c.start > draft.at]
    return any(word in cues or word == "слиться" for words_ in after for word in words_)


def _opens(sentence: Sentence) -> bool:
    """Whether an English sentence begins with what takes something back ("No need, …")."""
    clause = english_answers.withdrawn(sentence) if sentence.language == "en" else None
    if clause is None:
        return False
    before = [word for c in sentence.clauses if c.end <= clause.start for word in c.words]
    return all(word in family("en", "filler") for word in before)


def _withdrawn(scene: Scene, sentence: Sentence) -> frozenset[str]:
    """The words that say what is taken back; English names it beside the verb that does."""
    clause = english_answers.withdrawn(sentence) if sentence.language == "en" else None
    if clause is None:
        return content(scene.text[sentence.start : sentence.end])
    return content(scene.text[clause.start : clause.end]) - content(
        " ".join(family("en", "cancel") | family("en", "filler"))
    )


def _cue_stems(scene: Scene) -> frozenset[str]:
    entries = family(scene.language, "cancel") | family(scene.language, "cancel_phrase")
    if scene.language == "en":
        entries |= family("en", "cancel_whole")
    return content(" ".join(entries))


def _discharges(sentence: Sentence) -> bool:
    done = {"уже", "готово", "сделано", "already", "done"}
    return bool(done & set(sentence.words)) and any(
        reading(word, "VERB", "past")
        or reading(word, "PRTS")
        or word.endswith("ed")
        or word in done
        for word in sentence.words
    )


def _reports_done(
    scene: Scene, drafts: list[Draft], index: int, speaker: str | None, sentence: Sentence
) -> bool:
    """«Заявку отправила», «дозвонился»: a perfective past of what one had promised."""
    if speaker is None or "не" in sentence.words or {"бы", "если"} & set(sentence.words):
        return False
    pasts = {
        found.lemma
        for word in sentence.words
        if (found := reading(word, "VERB", "past", "perf", "sing", at_least=0.5))
    }
    said = content(scene.text[sentence.start : sentence.end])
    for place in range(len(drafts) - 1, -1, -1) if pasts else ():
        draft = drafts[place]
        if (
            draft.who != speaker
            or draft.turn >= index
            or draft.status not in ("open", "conditional")
        ):
            continue
        things = _things(scene, draft)
        named = bool(things) and overlap(said, things) >= SAME_SOON
        same = any(akin(past, draft.verb) for past in pasts)
        finished = any(past in family("ru", name) for past in pasts for name in ("send", "do"))
        soon = index - draft.turn <= NEAR
        brief = any(
            len(clause.words) <= _SHORT and any(_told_done(w, draft.verb) for w in clause.words)
            for clause in sentence.clauses
        )
        if (named and (same or finished)) or (same and soon and brief):
            support = (*draft.support, sentence.start)
            drafts[place] = replace(draft, status="done", condition=None, support=support)
            return True
    return False


def _told_done(word: str, verb: str) -> bool:
    """Whether a word is the perfective past of an act akin to a promised one."""
    found = reading(word, "VERB", "past", "perf", "sing", at_least=0.5)
    return found is not None and akin(found.lemma, verb)


def _discharge(
    scene: Scene, drafts: list[Draft], index: int, speaker: str | None, sentence: Sentence
) -> None:
    said = content(scene.text[sentence.start : sentence.end])
    for place in range(len(drafts) - 1, -1, -1):
        draft = drafts[place]
        if draft.who != speaker or draft.turn >= index or draft.status == "cancelled":
            continue
        if overlap(said, words_of(scene.text, draft)) >= 0.5:
            drafts[place] = replace(
                draft, status="done", condition=None, support=(*draft.support, sentence.start)
            )
            return


def _move(
    drafts: list[Draft], index: int, speaker: str | None, due: Found, answer: str | None
) -> None:
    for place in range(len(drafts) - 1, -1, -1):
        draft = drafts[place]
        if (
            draft.who != speaker
            or index - draft.turn > NEAR
            or draft.turn == index
            or speaker is None
        ):
            continue
        if draft.due is None or draft.due.due == due.due or answer == "no":
            return
        drafts[place] = replace(
            draft,
            due=due,
            at=due.start,
            support=(*draft.support, draft.at),
            history=(*draft.history, (draft.at, draft.due.due.raw)),
        )
        return
