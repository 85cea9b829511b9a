"""Russian reports: «смету отправил», «договор подписан», «торт отменили», «смета не нужна»."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from rag.minutes.dialogue.stance import has_phrase
from rag.minutes.lexicon import family
from rag.minutes.morphology import parses, reading
from rag.minutes.reports.told import LONG_AGO, Told, person_at, told_of, trimmed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.minutes.clauses import Clause, Sentence
    from rag.minutes.morphology import Parse
    from rag.minutes.view import Scene

_LIKELY = 0.2
#: done in words only: perfective pasts that discharge nothing
_NO_DEED = frozenset(
    """
    понять подумать решить договориться услышать увидеть узнать вспомнить забыть сказать показать
    рассказать начать объяснить спросить ответить согласиться обещать пообещать захотеть смочь
    мочь успеть стать прийти опоздать устать заболеть случиться произойти появиться пропасть
    остаться оказаться выйти уехать вернуться потерять ошибиться надеяться попросить предложить
    обсудить поговорить посоветовать заметить упасть сломаться подорожать вырасти
    """.split()
)
#: what goes away by itself goes to somebody: «договор ушёл»
_WENT = frozenset({"уйти", "улететь", "уехать"})
_NOT = frozenset({"не", "ни", "нет", "никто", "ничего", "нельзя"})
_HARDLY = frozenset({"почти", "едва", "чуть", "якобы", "типа", "наполовину", "частично", "кроме"})
_IF = frozenset({"если", "когда", "чтобы", "бы", "б", "хоть", "пока", "раз", "будто", "кабы"})
_LATER = frozenset({"будет", "будут", "буду", "будем", "должен", "должна", "должно", "должны"})
_THEY = frozenset({"он", "она", "оно", "они", "кто", "который", "которая", "которые", "вы", "ты"})
_IDLE = frozenset(
    """
    я мы уже еще все всё и а но да так вот ну вчера сегодня утром вечером днем ночью наконец
    наконец-то только что сразу это его ее их тоже потом сам сама был была было были кстати значит
    больше не ни нужен нужна нужно нужны надо отбой актуально неактуально требуется давайте давай
    буду вообще совсем по ли же в итоге пожалуйста тогда отменить отменяем отменили отменила
    отменил снимаем сняли снять вычеркиваем вычеркнули убираем убрали передумали обойдемся без
    ок окей ага угу хорошо ладно конечно слушай
    можно нас у мне нам тебе вам ему ей им
    """.split()
)
#: cues that drop a thing; «не буду» and «не смогу» do where a deed follows
_DROPS = frozenset(
    """
    отменять отменить снимать снять вычеркивать вычеркнуть убирать убрать отказаться отказываться
    передумать
    """.split()
)
_DROP_PHRASES = frozenset(
    """
    больше не нужен|больше не нужна|больше не нужно|больше не нужны|уже не нужен|уже не нужна|
    уже не нужно|уже не нужны|не нужен|не нужна|не нужны|не надо|не требуется|не актуально|
    неактуально|неактуальна|неактуален|отбой|обойдемся без|больше не надо|больше не требуется
    """.replace("\n", " ").split("|")
)
_PHRASES = frozenset(" ".join(phrase.split()) for phrase in _DROP_PHRASES)


def told(
    scene: Scene, sentence: Sentence, before: Sentence | None, speaker: str | None
) -> Iterator[Told]:
    """The reports of a sentence that asks nothing; `before` is the one that went before it."""
    words = set(sentence.words)
    if words & _IF or LONG_AGO.search(scene.text, sentence.start, sentence.end):
        return
    for clause in sentence.clauses:
        found = (
            _dropped(sentence, clause)
            or _done(scene, sentence, clause, before, speaker)
            or _passive(scene, sentence, clause)
        )
        if found:
            yield found


def _idle(word: str) -> bool:
    return word in _IDLE or word in family("ru", "filler")


def _dropped(sentence: Sentence, clause: Clause) -> Told | None:
    words = clause.words
    verb = any(
        parse.lemma in _DROPS and parse.score >= _LIKELY and _drops_now(parse)
        for word in words
        for parse in parses(word)
    )
    denied = any(a == "не" and _lemma_in(b, _DROPS) for a, b in pairwise(words))
    if not (verb and not denied) and not has_phrase(words, _PHRASES):
        return None
    return told_of("cancelled", None, _thing(clause), sentence)


def _drops_now(parse: Parse) -> bool:
    """«Отменяем», «сняли», «отменено»; an order only of the plain verb: «снимите плакат»."""
    tags = parse.grammemes
    plain = "impr" in tags and parse.lemma in ("отменить", "отменять")
    return plain or "PRTS" in tags or ("VERB" in tags and bool({"1per", "past"} & tags))


def _lemma_in(word: str, lemmas: frozenset[str]) -> bool:
    return any(parse.lemma in lemmas for parse in parses(word))


def _thing(clause: Clause) -> tuple[int, int] | None:
    """What a clause is about without cues and fillers, where it holds a noun."""
    return trimmed(clause.tokens, _idle) if _has_noun(clause) else None


def _has_noun(clause: Clause) -> bool:
    return any(
        not _idle(word) and reading(word, "NOUN", at_least=_LIKELY) is not None
        for word in clause.words
    )


def _guarded(clause: Clause) -> bool:
    words = set(clause.words)
    return bool(words & (_NOT | _HARDLY | _THEY)) or bool(words & family("ru", "habit"))


def _deed(word: str) -> frozenset[str] | None:
    """The grammemes of a perfective past that may discharge a promise; None for other words."""
    found = reading(word, "VERB", "past", "perf", at_least=_LIKELY)
    return found.grammemes if found and found.lemma not in _NO_DEED else None


def _done(
    scene: Scene,
    sentence: Sentence,
    clause: Clause,
    before: Sentence | None,
    speaker: str | None,
) -> Told | None:
    """«Смету отправил», «я всё сделал», «Олег прислал смету»."""
    if _guarded(clause) or any(set(c.words) & _THEY for c in sentence.clauses):
        return None
    verbs = [(token, tags) for token in clause.tokens if (tags := _deed(token.word)) is not None]
    if not verbs:
        return None
    verb, tags = verbs[0]
    named = person_at(scene, clause.tokens, "nomn")
    if named is None and _other_subject(clause, verb.word, tags):
        return None
    went = _lemma_in(verb.word, _WENT)
    who = named or (None if went or "plur" in tags else speaker)
    if not _has_noun(clause):
        return told_of("done", who, _asked(before), sentence)
    kept = [t for t in clause.tokens if not _names(scene, clause, t.start)]
    return told_of("done", who, trimmed(kept, _idle), sentence)


def _names(scene: Scene, clause: Clause, at: int) -> bool:
    """Whether the token at an offset names the subject."""
    return any(
        clause.tokens[m.first].start <= at < clause.tokens[m.last - 1].end
        for m in scene.mentions(clause.tokens)
        if "nomn" in m.cases
    )


def _other_subject(clause: Clause, verb: str, tags: frozenset[str]) -> bool:
    """Whether somebody or something else has done it: «подрядчик прислал», «сервер упал»."""
    if _lemma_in(verb, _WENT):
        return False
    number = tags & {"sing", "plur"}
    gender = tags & {"masc", "femn", "neut"}
    for word in clause.words:
        for parse in parses(word):
            tagged = parse.grammemes
            if parse.score < _LIKELY or "NOUN" not in tagged or "nomn" not in tagged:
                continue
            agrees = number <= tagged and (not gender or gender <= tagged or "plur" in tagged)
            same_as_object = any(
                "accs" in p.grammemes for p in parses(word) if "NOUN" in p.grammemes
            )
            if agrees and not same_as_object:
                return True
    return False


def _passive(scene: Scene, sentence: Sentence, clause: Clause) -> Told | None:
    """«Договор подписан», «смета готова», «всё сделано»."""
    words = set(clause.words)
    if _guarded(clause) or words & _LATER or not _has_noun(clause):
        return None
    state = any(
        reading(word, "PRTS", "perf", at_least=_LIKELY) or _is_ready(word) for word in clause.words
    )
    if not state or any(reading(word, "INFN") for word in words):
        return None
    who = person_at(scene, clause.tokens, "ablt")
    return told_of("done", who, trimmed(clause.tokens, _idle), sentence)


def _is_ready(word: str) -> bool:
    return word in ("готов", "готова", "готово", "готовы")


def _asked(before: Sentence | None) -> tuple[int, int] | None:
    """The things that the sentence before asked about or asked for: «Что со сметой? — Отправил»."""
    asks = before is not None and (
        before.question or any(reading(word, "VERB", "impr") for word in before.words)
    )
    if before is None or not asks:
        return None
    for clause in reversed(before.clauses):
        if _has_noun(clause):
            return trimmed(
                clause.tokens, lambda word: _idle(word) or word in ("что", "как", "со", "с")
            )
    return None
