"""What papers report of offices and bodies: «отдел кадров подготовит приказ до пятницы»."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rag.minutes.morphology import parses, reading
from rag.minutes.paper.nouns import Line, is_inner
from rag.minutes.russian import clauses as rc
from rag.minutes.russian import conditions as rn
from rag.minutes.russian import spans as rs
from rag.minutes.russian.making import make
from rag.minutes.russian.words import future, infinitive, promised
from rag.types import ALL

if TYPE_CHECKING:
    from rag.minutes.findings import Finding
    from rag.minutes.people.names import Mention
    from rag.minutes.view import View

#: verbs by which somebody took a thing on, and those that tell no duty
_TAKING = frozenset({"взять", "забрать", "подхватить"})
_STATES = frozenset(
    "быть мочь хотеть знать думать считать бояться болеть отдыхать жаловаться говорить сообщать"
    " предлагать просить"
    " спрашивать напоминать возражать сомневаться надеяться планировать хвалить любить иметь"
    " работать жить"
    " поддерживать обещать находиться сидеть стоять видеть слышать помнить понимать благодарить"
    " отмечать".split()
)
#: tokens that may stand between a subject and its verb
_NEAR = 3


def checked(view: View, finding: Finding | None) -> Finding | None:
    """A finding unless another is the subject («сказал, что диджей обещал приехать»)."""
    if finding is None or finding.act == "joint" or finding.who is None:
        return finding
    if finding.act == "assigned" and finding.kind == "promise" and not view.mentions:
        return None
    mention = next((m for m in view.mentions if m.name == finding.who), None)
    if mention is not None and _is_attribute(view, mention):
        return None
    if mention is not None:
        tentative = any(
            view.is_in(p.lemma, "hedge") and "VERB" in p.grammemes
            for w in view.words
            for p in parses(w)
        )
        finding = replace(finding, others=finding.others or _partners(view, mention))
        finding = replace(finding, to_whom=finding.to_whom or _sent_to(view))
        return replace(finding, force="tentative") if tentative else finding
    dated = view.due((view.clause_at,)) is not None
    for token in view.tokens:
        if token.start >= finding.at or finding.act != "reported":
            break
        nouns = [p.grammemes for p in parses(token.word) if "NOUN" in p.grammemes]
        subject = any("nomn" in g for g in nouns)
        if subject and (not dated or not any("accs" in g for g in nouns)):
            return None
    return finding


def _sent_to(view: View) -> str | None:
    """To whom something will be sent: «протокол будет разослан участникам секретарём»."""
    sent = any(
        "PRTS" in p.grammemes and view.is_in(p.lemma, "transfer")
        for w in view.words
        for p in parses(w)
    )
    if not sent:
        return None
    line = Line(view.scene, view.tokens)
    found = (line.one(at, "datv", strict=True) for at in range(len(view.tokens)))
    named = next((one for one in found if one and (one.person or line.is_animate(one))), None)
    if named is None:
        return None
    return ALL["ru"] if named.name.lower() in ("участники", "присутствующие") else named.name


def _is_attribute(view: View, mention: Mention) -> bool:
    """Whether a name only says whose a body is («бригада Гусева»)."""
    if "gent" not in mention.cases or not mention.first:
        return False
    before = view.words[mention.first - 1]
    nominative = reading(before, "NOUN", "nomn", at_least=0.2) is not None
    return nominative and not view.text_between(mention.first - 1, mention.first).strip()


def _partners(view: View, mention: Mention) -> tuple[str, ...]:
    """The others of «Крюков и Лунина съездят», «Крюков вместе с Луниной составят»."""
    plural = any(reading(word, "VERB", "plur", at_least=0.3) for word in view.words)
    found = []
    for other in view.mentions:
        if other.name == mention.name or other.first < mention.last:
            continue
        between = view.words[mention.last : other.first]
        joined = between == ("и",) and "nomn" in other.cases
        together = (
            between in (("вместе", "с"), ("совместно", "с"), ("с",)) and "ablt" in other.cases
        )
        if plural and (joined or together):
            found.append(other.name)
    return tuple(found)


def reported(view: View, *, listed: bool = False) -> Finding | None:
    """What a body, an office or a person is said to do; `listed` in a list of tasks.

    «Отдел кадров подготовит приказ», «Егор готовит ТЗ — до 06.02», «Егор отвечает за пропуска»,
    «От Павла ждём график».
    """
    if view.sentence.question or rc.conditional_mood(view) or rc.is_habit(view):
        return None
    agreed = any(view.is_in(p.lemma, "agreement") for w in view.sentence.words for p in parses(w))
    by_person = _by_person(view, listed=listed or agreed)
    return (
        by_person
        or _vowed_on(view)
        or _by_passive(view)
        or by_body(view)
        or _by_pronoun(view)
        or _awaited(view)
    )


def continued(view: View, before: Finding | None) -> Finding | None:
    """A further act of who acts in the clause before: «… и вышлет её заказчику»."""
    if before is None or before.act not in ("reported", "assigned"):
        return None
    if rc.is_subordinate(view) or any("nomn" in m.cases for m in view.mentions):
        return None
    present = before.act == "assigned"
    at = next(
        (
            i
            for i in range(min(len(view.words), 6))
            if future(view.words[i], "3per")
            or (present and reading(view.words[i], "VERB", "pres", "3per", at_least=0.5))
        ),
        None,
    )
    if at is None or rc.negated(view, at) or not (rs.has_object(view, at) or view.mentions):
        return None
    for word in view.words[:at]:
        nouns = [p.grammemes for p in parses(word) if "NOUN" in p.grammemes]
        if any("nomn" in g for g in nouns) and not any("accs" in g for g in nouns):
            return None
    verb = future(view.words[at], "3per") or ""
    found = make(view, "promise", at, before.who, verb, act=before.act, first=at)
    return replace(found, others=before.others)


def _vowed_on(view: View) -> Finding | None:
    """«Орехов заверил, что …, и обещал проверить тормоза»: a vow whose subject came before."""
    named_here = any("nomn" in mention.cases for mention in view.mentions)
    if not view.clause_at or named_here or rc.is_subordinate(view):
        return None
    at = next((i for i, word in enumerate(view.words) if promised(word)), None)
    if at is None or at > 1 or rc.negated(view, at):
        return None
    index = next((i for i in range(at + 1, len(view.words)) if infinitive(view.words[i])), None)
    named = [m for m in view.at(0).mentions if "nomn" in m.cases]
    if index is None or len(named) != 1 or not rs.has_object(view, index):
        return None
    verb = infinitive(view.words[index]) or ""
    return make(view, "promise", at, named[0].name, verb, act="reported", first=index)


def _by_passive(view: View) -> Finding | None:
    """«Брагина заверила, что журналы будут ею заведены»: the agent is who speaks."""
    agent = {"им", "ею", "ей"} & set(view.words)
    if not agent or not {"будет", "будут"} & set(view.words) or not view.clause_at:
        return None
    at = next((i for i, w in enumerate(view.words) if reading(w, "PRTS", at_least=0.2)), None)
    named = [m for m in view.at(0).mentions if "nomn" in m.cases]
    if at is None or rc.negated(view, at) or len(named) != 1:
        return None
    return make(view, "promise", at, named[0].name, "", act="reported")


def _by_pronoun(view: View) -> Finding | None:
    """«По словам Крюкова, макет он сдаст в четверг»."""
    if not {"он", "она"} & set(view.words) or rc.is_subordinate(view):
        return None
    owner = _meant(view)
    if owner is None:
        return None
    at = next((i for i, w in enumerate(view.words) if future(w, "3per")), None)
    if at is None or rc.negated(view, at):
        return None
    named = any(reading(word, "ADJF", at_least=0.5) for word in view.words[at + 1 :])
    if not (named or rs.has_object(view, at)):  # «привьёт новеньких»
        return None
    verb = future(view.words[at], "3per") or ""
    first = at if named or rs.nouns(view, skip=(), after=at) else None
    return make(view, "promise", at, owner, verb, act="reported", first=first)


def _meant(view: View) -> str | None:
    """Whom «он» or «она» means: of whose words the clause before is, or the one person before."""
    if view.clause_at:
        before = view.at(view.clause_at - 1)
        spoken = before.words[:2] in (("по", "словам"), ("со", "слов"))
        return before.mentions[0].name if spoken and len(before.mentions) == 1 else None
    if not view.sentence_at:
        return None
    for sentence_at in range(view.sentence_at - 1, -1, -1):
        clauses = range(len(view.sentences[sentence_at].clauses))
        views = (replace(view, sentence_at=sentence_at, clause_at=i) for i in clauses)
        named = {m.name for other in views for m in _fresh(other).mentions if m.known}
        if named:
            return named.pop() if len(named) == 1 else None
    return None


def _fresh(view: View) -> View:
    return replace(view, _mentions=None, _dues=None)


def _by_person(view: View, *, listed: bool) -> Finding | None:
    """«Егор готовит ТЗ» with a deadline or in a list of tasks; «Егор отвечает за пропуска»."""
    mention = next((m for m in view.mentions if "nomn" in m.cases), None)
    if mention is None or rc.is_subordinate(view) or "не" in view.words:
        return None
    if _is_attribute(view, mention):
        return None
    dated = bool(view.dues)
    behind = range(mention.last, min(mention.last + _NEAR, len(view.tokens)))
    ahead = (mention.first - 1,) if listed and mention.last == len(view.tokens) else ()
    for at in (*behind, *(i for i in ahead if i >= 0)):
        found = reading(view.words[at], "VERB", "pres", "3per", at_least=0.5)
        taken = reading(view.words[at], "VERB", "past", at_least=0.5)
        if taken and taken.lemma in _TAKING and rs.has_object(view, at, skip=mention):
            behind = at + 1
            while behind < len(view.words) and view.words[behind] in ("на", "себя"):
                behind += 1
            return make(view, "promise", at, mention.name, "", act="reported", first=behind)
        soon = future(view.words[at], "3per")
        if (
            soon
            and dated
            and view.is_in(soon, "in_meeting")
            and rs.has_object(view, at, skip=mention)
        ):
            return make(view, "promise", at, mention.name, soon, act="reported", first=at)
        whole = found and found.lemma in ("брать", "забирать") and "себя" in view.words
        if whole and rs.nouns(view, skip=("себя",), after=at):
            return make(view, "promise", at, mention.name, "", act="reported", first=at)
        if found is None or found.lemma in _STATES or view.is_in(found.lemma, "no_duty"):
            continue
        in_charge = found.lemma == "отвечать" and "за" in view.words[at:]
        acts = listed or rs.has_object(view, at, skip=mention)
        if in_charge or ((dated or listed) and acts and at + 1 < len(view.tokens)):
            first = view.words.index("за", at) + 1 if in_charge else at
            return make(view, "promise", at, mention.name, found.lemma, act="assigned", first=first)
    return None


def _awaited(view: View) -> Finding | None:
    """«От Павла ждём график работ к понедельнику», «ждём смету от Алины»."""
    at = next(
        (i for i, w in enumerate(view.words) if w in ("ждем", "жду", "ожидаем", "ждут")), None
    )
    if at is None or rc.negated(view, at):
        return None
    owner = next(
        (
            m
            for m in view.mentions
            if m.first and view.words[m.first - 1] == "от" and "gent" in m.cases
        ),
        None,
    )
    if owner is None:
        return None
    first = max(at + 1, owner.last)
    if first >= len(view.words) or not rs.nouns(view, skip=(), after=at):
        return None
    return make(view, "promise", at, owner.name, "", act="assigned", first=first)


def by_body(view: View) -> Finding | None:
    """A body's or an office's act in the future, with something it is done to."""
    if rn.is_condition(view) or view.has("habit"):
        return None
    line = Line(view.scene, view.tokens, frozenset(found.start for found in view.dues))
    for at in range(len(view.tokens)):
        named = line.one(at, "nomn", strict=True)
        if named is None or named.first in line.mentions or not is_inner(line, named):
            continue
        own = range(named.first, named.last)
        for index in (*range(named.last, named.last + _NEAR), named.first - 1):
            if not 0 <= index < len(view.tokens):
                continue
            verb = future(view.words[index], "3per")
            duty = reading(view.words[index], "VERB", "pres", "3per", at_least=0.5)
            if verb is None and duty and view.dues and duty.lemma not in _STATES:
                verb = duty.lemma
            if not verb or rc.negated(view, index) or rc.is_stative(view, verb):
                continue
            if any(
                reading(word, "NOUN", at_least=0.3)
                for i, word in enumerate(view.words)
                if i not in own
            ):
                ahead = index < named.first
                return make(
                    view,
                    "promise",
                    index,
                    named.name,
                    verb,
                    act="reported",
                    first=None if ahead else index,
                )
        return None
    return None
