"""To whom a Russian clause gives or tells something: by a dative, «для», a pronoun."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from rag.minutes.findings import ADDRESSEE, EVERYBODY, SPEAKER
from rag.minutes.lexicon import family
from rag.minutes.morphology import in_nominative, nominative, parses, reading
from rag.minutes.people.given_names import is_given_name
from rag.minutes.russian.dues import delivering
from rag.minutes.russian.people import antecedent, is_dative
from rag.minutes.russian.spans import clauses_around, has_place, has_thing
from rag.minutes.russian.words import infinitive

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.minutes.clauses import Sentence, Token
    from rag.minutes.view import View

#: prepositions that govern a dative which is then no recipient («к Вере», «по Олегу»)
_GOVERNING = frozenset({"к", "ко", "по", "благодаря", "вопреки", "навстречу", "согласно"})
#: collective nouns that stand for people and can be given something
_BODIES = frozenset("начальство руководство команда инкассация дирекция семья".split())


def recipient(view: View, at: int, who: str | None) -> str | None:
    """To whom or for whom, by a dative or «для»; see the marks of `findings`.

    A clause without verb beside the verb's can hold it: «А вам, Вера, график сбросит Олег».
    """
    around = [view.at(i) for i in clauses_around(view)[1:]]
    places = [view, *(place for place in around if not any(map(infinitive, place.words)))]
    for place in places:
        found = _given(place, who) or _outsider(place, at if place is view else -1)
        if found:
            return None if found == who else found
    return (
        _common_recipient(view, at)
        or _counted(view)
        or _stood_for(view)
        or _shared(view, at, who)
        or _delivered(view, who)
    )


def _given(view: View, who: str | None) -> str | None:
    words = view.words
    for mention in view.mentions:
        before = words[mention.first - 1] if mention.first else ""
        given = "datv" in mention.cases and is_dative(mention) and before not in _GOVERNING
        meant = before == "для" and "gent" in mention.cases
        if (given or meant) and mention.name != who:
            return mention.name
    if "всем" in words and not _goes_on(view, words.index("всем")):
        return EVERYBODY
    for index, word in enumerate(words):
        before = words[index - 1] if index else ""
        if before in _GOVERNING:
            continue
        if word in ("тобой", "вами") and before in ("с", "со") and _rings(view):
            return ADDRESSEE
        if word in ("тебе", "вам") or (before == "для" and word in ("тебя", "вас")):
            return ADDRESSEE
        if word == "мне" and who != SPEAKER:
            return SPEAKER
        if word in ("ему", "ей", "нему", "ней") and (person := antecedent(view, word)):
            return person
    return None


def _rings(view: View) -> bool:
    """Whether the clause's verb is «свяжется», «созвонюсь»."""
    return any(
        p.lemma in ("связаться", "созвониться", "списаться") for w in view.words for p in parses(w)
    )


def _goes_on(view: View, index: int) -> bool:
    """Whether «всем» only opens a longer dative («всем семьям») or is no dative («всем домом»)."""
    after = view.tokens[index + 1 : index + 4]
    if any(reading(token.word, "NOUN", "ablt", "sing", at_least=_LIKELY) for token in after[:1]):
        return True
    return any(reading(token.word, "NOUN", "datv", "plur", at_least=_LIKELY) for token in after)


#: probability of a dative from which a noun counts as one
_LIKELY = 0.3


def _common_recipient(view: View, at: int) -> str | None:
    """«водителям», «клиенту», «начальству»: people who are not named, in the nominative."""
    for index, word in enumerate(view.words):
        before = view.words[index - 1] if index else ""
        top = parses(word)[0]
        if index == at or before in _GOVERNING or not {"NOUN", "datv"} <= top.grammemes:
            continue
        if top.grammemes & {"Name", "Surn", "Patr"} or (view.tokens[index].capital and index):
            continue
        if any(m.first <= index < m.last for m in view.mentions) or view.scene.on_paper:
            continue
        alive = reading(word, "NOUN", "datv", "anim", at_least=_LIKELY)
        if not alive and top.lemma not in _BODIES:
            continue
        if "sing" in top.grammemes and "anim" in top.grammemes and reading(word, "nomn"):
            continue
        named = next((m for m in view.mentions if m.first == index + 1), None)
        return named.name if named else in_nominative(word, "datv")
    return None


def dative_rows(view: View) -> frozenset[int]:
    """Offsets of the tokens that name a recipient in the dative, with its adjectives."""
    found = set()
    for mention in view.mentions:
        before = view.words[mention.first - 1] if mention.first else ""
        if "datv" in mention.cases and is_dative(mention) and before not in _GOVERNING:
            found |= set(range(mention.first, mention.last))
    for index, token in enumerate(view.tokens):
        before = view.words[index - 1] if index else ""
        top = parses(token.word)[0].grammemes
        alive = {"NOUN", "datv", "anim"} <= top and not top & {"Surn", "Name", "Patr"}
        named = bool(index) and token.capital and _from_dative(token.word, opens=False)
        after = view.words[index + 1] if index + 1 < len(view.words) else ""
        owned = (after and "PREP" in parses(after)[0].grammemes) or (
            after and "NOUN" in parses(after)[0].grammemes and reading(after, "gent", at_least=0.3)
        )
        governed = bool(before) and "PREP" in parses(before)[0].grammemes
        if (alive or named) and not governed and not owned:
            found.add(index)
    for index in sorted(found):
        while (
            index
            and reading(view.words[index - 1], "datv", at_least=_LIKELY)
            and (parses(view.words[index - 1])[0].grammemes & {"ADJF", "NUMR"})
        ):
            index -= 1
            found.add(index)
    return frozenset(view.tokens[i].start for i in found)


#: families of verbs by which something reaches somebody
_REACHING = ("send", "call", "tell", "write", "bring")
#: others of them
_HANDING = frozenset(
    "показать показывать вернуть возвратить перечислить оплатить отнести занести завезти отвезти "
    "подсунуть вручить перезвонить переправить подарить купить разослать рассылать раздать "
    "отписать пожаловаться раскидать доложить выплатить предложить продать разъяснить ответить "
    "поручить озвучить подтвердить заказать выписать одолжить уступить подбросить".split()
)


def _reaches(view: View) -> bool:
    """Whether a verb of the clause gives, tells or sends."""
    lemmas = {p.lemma for w in view.words for p in parses(w)[:2] if p.grammemes & {"VERB", "INFN"}}
    return bool(lemmas & _HANDING) or any(
        view.is_in(lemma, name) for lemma in lemmas for name in _REACHING
    )


def _outsider(view: View, at: int) -> str | None:
    """Somebody nobody has introduced, by the dative of a name («перешлю Хельге», «Бергманам»)."""
    if view.scene.on_paper or not _reaches(view):
        return None
    known = {i for m in view.mentions if m.known for i in range(m.first, m.last)}
    for index, token in enumerate(view.tokens):
        before = view.words[index - 1] if index else ""
        governed = bool(before) and "PREP" in parses(before)[0].grammemes
        if index in (at, *known) or not token.capital or governed or len(token.word) < 4:
            continue
        opens = token.start == view.sentence.start
        alone = len(view.tokens) == 1
        name = None if alone else _from_dative(token.word, opens=opens)
        following = view.tokens[index + 1] if index + 1 < len(view.tokens) else None
        if name and following is not None and following.capital:
            surname = _from_dative(following.word, opens=False)
            return f"{name} {surname}" if surname else name
        if name:
            return name
    return None


def _from_dative(word: str, *, opens: bool) -> str | None:
    """The nominative of a name in the dative; None for another word or case.

    `opens` where the word begins its sentence, so that its capital says nothing.
    """
    found = [p for p in parses(word) if p.grammemes & {"Name", "Surn", "Patr"}]
    dative = next((p for p in found if "datv" in p.grammemes), None)
    if dative and "Fixd" in dative.grammemes:
        declined = word.endswith("е") and (
            not opens or word.endswith(("ге", "ке", "хе")) or is_given_name(word[:-1] + "а")
        )
        return (word[:-1] + "а").capitalize() if declined else None
    if dative and "plur" in dative.grammemes:
        return _in_plural(word)
    if dative and not any("nomn" in p.grammemes for p in found):
        return nominative(word, "datv").capitalize()
    if not dative and not opens and word.endswith("вой") and reading(word, "ADJF", "datv"):
        return (word[:-2] + "а").capitalize()
    return None


def _in_plural(word: str) -> str | None:
    """«Бергманам» as «Бергманы», «Козловым» as «Козловы»."""
    if word.endswith(("ам", "ым")):
        return (word[:-2] + "ы").capitalize()
    return (word[:-2] + "ие").capitalize() if word.endswith("ким") else None


#: bodies that are «они» in speech: one writes to them, calls them, sends them things
_FIRMS = frozenset(
    "интегратор подрядчик поставщик провайдер перевозчик арендодатель застройщик производитель "
    "заказчик прачечная типография фабрика завод банк страховая лаборатория кафе ресторан пекарня "
    "школа садик мэрия управа налоговая префектура агентство студия издательство салон магазин "
    "гостиница музей аптека больница поликлиника инкассация начальство руководство команда "
    "охрана склад логистика маркетинг транспортная снабжение хостинг сервис".split()
)
#: words for people at large, and for those one speaks to
_NOBODY = frozenset("человек люди друг коллега господин товарищ дорогой ребята дочка сынок".split())


def _stood_for(view: View) -> str | None:
    """Whom «им», «ему», «ей» of a verb that gives or tells stands for, if not a person's name."""
    pronoun = next(
        (
            w
            for i, w in enumerate(view.words)
            if w in ("им", "ему", "ей") and (not i or view.words[i - 1] not in _GOVERNING)
        ),
        None,
    )
    if pronoun is None or not _reaches(view):
        return None
    for sentence, row in _rows_before(view):
        told = set(_people_in(view, sentence, row, pronoun))
        if told:
            return told.pop() if len(told) == 1 else None
    return None


def _rows_before(view: View) -> Iterator[tuple[Sentence, Sequence[Token]]]:
    """(sentence, its tokens) of what is said before the clause, nearest first."""
    own = [t for c in view.sentence.clauses[: view.clause_at] for t in c.tokens]
    yield view.sentence, own
    for sentence in (*reversed(view.sentences[: view.sentence_at]), *reversed(view.before)):
        yield sentence, [t for c in sentence.clauses for t in c.tokens]


def _people_in(view: View, sentence: Sentence, row: Sequence[Token], pronoun: str) -> Iterator[str]:
    """Nouns of a row that the pronoun can stand for, in the nominative."""
    mentions = view.scene.mentions(row)
    named = {row[i].start for m in mentions if m.known for i in range(m.first, m.last)}
    called = {c.start for c in sentence.clauses if len(c.tokens) == 1}
    for token in row:
        if token.start in named | called or len(token.word) < 4:
            continue
        family_name = _from_dative(token.word, opens=False) if token.capital else None
        if family_name and pronoun == "им" and family_name.endswith("ы"):
            yield family_name
            continue
        top = parses(token.word)[0]
        if "NOUN" not in top.grammemes or top.lemma in _NOBODY or "ablt" in top.grammemes:
            continue
        if _fits(top.lemma, top.grammemes, pronoun):
            case = next(c for c in _CASES if c in top.grammemes)
            name = in_nominative(token.word, case)
            yield name.capitalize() if top.grammemes & {"Surn", "Name"} else name


def _counted(view: View) -> str | None:
    """«остальным тринадцати», «всем троим»: people told by their number alone."""
    if not _reaches(view):
        return None
    for one, other in itertools.pairwise(view.words):
        rest = reading(one, "ADJF", "datv", "plur") if one.startswith("остальн") else None
        number = reading(other, "NUMR", "datv") if rest else None
        if number:
            return f"остальные {number.lemma}"
    return None


def _shared(view: View, at: int, who: str | None) -> str | None:
    """The recipient of the clause before, of whose subject another verb follows.

    «текст вам напишу, занесу сегодня»; «я им всё раскидаю и претензию напишу».
    """
    if not view.clause_at or who != SPEAKER or "я" in view.words[:at]:
        return None
    verb = parses(view.words[at])[0]
    before = view.at(view.clause_at - 1)
    own = any(reading(w, "VERB", "1per", "futr") for w in before.words)
    if not own or "1per" not in verb.grammemes or view.is_in(verb.lemma, "call"):
        return None
    if not (_reaches(view) and _reaches(before)):
        return None
    if has_place(view):
        return None
    return _given(before, who) or _stood_for(before)


def _delivered(view: View, who: str | None) -> str | None:
    """The recipient of a verb behind that only ends the act («напечатаю и отнесу ей»)."""
    following = view.clause_at + 1
    if who != SPEAKER or following >= len(view.sentence.clauses):
        return None
    other = view.at(following)
    at = next((i for i, w in enumerate(other.words) if delivering(view, w)), None)
    if at is None or other.words[0] in ("а", "но") or has_thing(other, at):
        return None
    return _given(other, who) or _stood_for(other)


_CASES = ("nomn", "datv", "accs", "gent", "gen2", "loct", "loc2", "voct", "gen1", "acc2")


def _fits(lemma: str, grammemes: frozenset[str], pronoun: str) -> bool:
    if pronoun == "им":
        body = lemma in _FIRMS or lemma in family("ru", "event_org")
        return ("plur" in grammemes and "anim" in grammemes) or ("sing" in grammemes and body)
    gender = "femn" if pronoun == "ей" else "masc"
    return {"anim", "sing", gender} <= grammemes
