"""A clause in its sentence and turn: what every rule needs to look at."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rag.minutes.clauses import Clause
from rag.minutes.dates import Found, choose, dates_in
from rag.minutes.lexicon import family

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from rag.minutes.clauses import Sentence, Token
    from rag.minutes.people.names import Mention, Roster
    from rag.words import Language


#: what may introduce a deadline that stands in a sentence of its own («Срок — пятница»)
_TERM = frozenset({"срок", "крайний", "deadline", "дедлайн"})


@dataclass(frozen=True, slots=True)
class Scene:
    """What holds for the whole meeting: its text, people, day and language.

    `on_paper` marks minutes rather than speech; `roles` are people by their office («секретарь»).
    """

    text: str
    roster: Roster
    base: date | None
    language: Language
    on_paper: bool = False
    roles: Mapping[str, str] = field(default_factory=dict)
    _named: dict[tuple[int, int], tuple[Mention, ...]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def mentions(self, tokens: Sequence[Token]) -> tuple[Mention, ...]:
        """People named in a row of the text's tokens; found once, as every rule asks again."""
        if not tokens:
            return ()
        row = (tokens[0].start, tokens[-1].end)
        if row not in self._named:
            self._named[row] = tuple(self.roster.mentions(tokens))
        return self._named[row]


@dataclass
class View:
    """One clause of one sentence of turn `turn`; findings are computed from this alone.

    `vocative` is whom the turn has called by name so far, `recent_outsider` the one person from
    outside that this or the turn before has named, `earlier` everybody named in the turn before
    and in this one's earlier sentences, in order, `before` the sentences of the turn before.
    """

    scene: Scene
    turn: int
    sentences: tuple[Sentence, ...]
    sentence_at: int
    clause_at: int
    vocative: str | None = None
    recent_outsider: str | None = None
    earlier: tuple[Mention, ...] = ()
    before: tuple[Sentence, ...] = ()
    _dues: tuple[Found, ...] | None = field(default=None, repr=False)
    _mentions: tuple[Mention, ...] | None = field(default=None, repr=False)
    _bare_dues: tuple[Found, ...] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        #: the sentence the clause is in, the clause itself, its tokens, its folded words
        self.sentence: Sentence = self.sentences[self.sentence_at]
        clauses = self.sentence.clauses
        start = self.sentence.start
        self.clause: Clause = clauses[self.clause_at] if clauses else Clause(start, start, ())
        self.tokens: tuple[Token, ...] = self.clause.tokens
        self.words: tuple[str, ...] = self.clause.words

    @property
    def mentions(self) -> tuple[Mention, ...]:
        """People named in the clause."""
        if self._mentions is None:
            self._mentions = self.scene.mentions(self.tokens)
        return self._mentions

    def is_in(self, word: str, name: str) -> bool:
        """Whether a word is in a family of the language's table."""
        return word in family(self.sentence.language, name)

    def has(self, name: str) -> bool:
        """Whether any word of the clause is in a family."""
        return any(word in family(self.sentence.language, name) for word in self.words)

    def at(self, clause_at: int) -> View:
        """The view of another clause of the same sentence."""
        return View(
            self.scene,
            self.turn,
            self.sentences,
            self.sentence_at,
            clause_at,
            self.vocative,
            self.recent_outsider,
            self.earlier,
            self.before,
            self._dues,
        )

    def of(self, sentence_at: int, clause_at: int) -> View:
        """The view of a clause of another sentence of the turn."""
        return replace(
            self,
            sentence_at=sentence_at,
            clause_at=clause_at,
            _mentions=None,
            _dues=None,
            _bare_dues=None,
        )

    def text_between(self, left: int, right: int) -> str:
        """What stands between two tokens."""
        return self.scene.text[self.tokens[left].end : self.tokens[right].start]

    def others(self) -> tuple[View, ...]:
        """Views of the sentence's other clauses."""
        count = len(self.sentence.clauses)
        return tuple(self.at(i) for i in range(count) if i != self.clause_at)

    def dues_of(self, sentence: Sentence, *, bare: bool = False) -> tuple[Found, ...]:
        """Deadline phrases of a sentence, by offsets into the document; see `dates_in`."""
        scene = self.scene
        text = scene.text[sentence.start : sentence.end]
        return tuple(
            Found(found.start + sentence.start, found.end + sentence.start, found.due)
            for found in dates_in(text, scene.base, sentence.language, bare=bare)
        )

    @property
    def dues(self) -> tuple[Found, ...]:
        """Deadline phrases of the sentence."""
        if self._dues is None:
            self._dues = self.dues_of(self.sentence)
        return self._dues

    @property
    def bare_dues(self) -> tuple[Found, ...]:
        """Those of the sentence and weekdays without preposition too."""
        if self._bare_dues is None:
            self._bare_dues = self.dues_of(self.sentence, bare=True)
        return self._bare_dues

    def bare_days(self) -> tuple[Found, ...]:
        """Days of the sentence named without a preposition too («пусть будет понедельник»)."""
        scene, sentence = self.scene, self.sentence
        text = scene.text[sentence.start : sentence.end]
        found = dates_in(text, scene.base, sentence.language, bare=True)
        return tuple(Found(f.start + sentence.start, f.end + sentence.start, f.due) for f in found)

    def span(self, clause_at: int) -> tuple[int, int]:
        """Where a clause begins, and where the next one does."""
        clauses = self.sentence.clauses
        last = clause_at + 1 == len(clauses)
        end = self.sentence.end if last else clauses[clause_at + 1].start
        return clauses[clause_at].start, end

    def due(self, clauses: tuple[int, ...]) -> Found | None:
        """The deadline that stands in any of the given clauses, the view's own first."""
        for clause_at in clauses:
            start, end = self.span(clause_at)
            inside = tuple(found for found in self.dues if start <= found.start < end)
            chosen = choose(self.scene.text, inside)
            if chosen:
                return chosen
        return None

    def next_due(self) -> Found | None:
        """The deadline the following sentence begins with: «Я съезжу. Восемнадцатого».

        «Гляну. Во вторник устроит?» names it as well.
        """
        if self.sentence_at + 1 >= len(self.sentences):
            return None
        following = self.sentences[self.sentence_at + 1]
        if not following.clauses or (
            following.question and not self._asks_consent(following.words)
        ):
            return None
        term = following.words[:1] and following.words[0] in _TERM
        found = self.dues_of(following, bare=bool(term))
        if not found:
            return None
        before = [w for c in following.clauses for w in c.tokens if w.start < found[0].start]
        fits = all(self.is_in(token.word, "filler") or token.word in _TERM for token in before)
        return choose(self.scene.text, found) if fits else None

    def _asks_consent(self, words: tuple[str, ...]) -> bool:
        return bool(words) and any(self.is_in(word, "consent") for word in words)
