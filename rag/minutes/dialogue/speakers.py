"""Who speaks, whom a turn calls and means, and what was said just before it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rag.minutes.clauses import Sentence, sentences_of
from rag.minutes.drafts import content
from rag.minutes.english import answers as english_answers
from rag.minutes.english.spans import bare_day
from rag.minutes.findings import ADDRESSEE, EVERYBODY, GROUP, SPEAKER, Finding
from rag.minutes.morphology import reading
from rag.minutes.russian.spans import thing_of
from rag.minutes.view import Scene, View
from rag.types import ALL, WE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.minutes.dates import Found
    from rag.minutes.people.names import Mention
    from rag.types import Turn

#: verbs of a request that say nothing of what is asked
_MODAL = frozenset({"", "смочь", "мочь", "успеть", "сделать", "заняться", "взяться", "взять"})
#: characters of a request that is nothing but a verb («допиши», «посмотришь»)
_TERSE = 12
#: characters before a request in which what it is about was said
_LOOK_BACK = 2_000
#: words of a question that asks no more than whether one can
_ABLE = frozenset("успеешь успеете сможешь сможете получится успеваешь успеваете".split())
#: words of a sentence that can be nothing but a day
_SHORT = 6


@dataclass
class Company:
    """The turns of a meeting and its people; what is asked for twice is kept.

    `called` is by turn whom the turn before has called, where nobody is labelled.
    """

    scene: Scene
    turns: Sequence[Turn]
    called: dict[int, str] = field(default_factory=dict)
    _named: dict[int, tuple[Mention, ...]] = field(default_factory=dict)
    _split: dict[int, tuple[Sentence, ...]] = field(default_factory=dict)

    @property
    def labelled(self) -> bool:
        """Whether turns say who speaks."""
        return any(turn.speaker for turn in self.turns[:20])

    def speaker(self, index: int) -> str | None:
        """Who speaks; without labels, whom the turn before has called by name."""
        label = self.turns[index].speaker
        return self.scene.roster.canonical(label) if label else self.called.get(index)

    def sentences(self, index: int) -> tuple[Sentence, ...]:
        """The sentences of a turn, split once."""
        if index not in self._split:
            turn, scene = self.turns[index], self.scene
            found = sentences_of(scene.text, turn.start, turn.end, scene.language)
            self._split[index] = tuple(found)
        return self._split[index]

    def named(self, index: int) -> tuple[Mention, ...]:
        """Everybody a turn names, in order; kept, as the turns after ask again."""
        if index not in self._named:
            sentences = self.sentences(index)
            self._named[index] = tuple(m for s in sentences for m in self.mentions(s))
        return self._named[index]

    def mentions(self, sentence: Sentence) -> tuple[Mention, ...]:
        """The people a sentence names."""
        tokens = [token for clause in sentence.clauses for token in clause.tokens]
        return self.scene.mentions(tokens)

    def outsider(self, index: int) -> str | None:
        """The one person outside the roster that this turn or the one before names."""
        turns = range(max(0, index - 1), index + 1)
        named = {m.name for i in turns for m in self.named(i) if not m.known}
        return named.pop() if len(named) == 1 else None

    def call(self, index: int, vocative: str | None, sentences: tuple[Sentence, ...]) -> None:
        """Without labels: the next turn is whose name was called, as long as one goes on asking."""
        if vocative:
            self.called[index + 1] = vocative
        elif self.called.get(index - 1) and index not in self.called:
            asks = any(reading(w, "VERB", "2per") for s in sentences for w in s.words)
            if asks:
                self.called[index + 1] = self.called[index - 1]

    def new_due(self, index: int, sentences: Sequence[Sentence]) -> Found | None:
        """The first day that the sentences name, beyond the first only in short ones."""
        for sentence_at in range(len(sentences)):
            view = View(self.scene, index, tuple(sentences), sentence_at, 0)
            if view.dues and (not sentence_at or len(view.sentence.words) <= _SHORT):
                return view.dues[0]
            if self.scene.language == "en":
                clauses = range(len(view.sentence.clauses))
                days = (bare_day(view.at(clause_at)) for clause_at in clauses)
                if day := next(filter(None, days), None):
                    return day
        return None

    def asked_before(self, request: Finding) -> Finding | None:
        """For «успеешь?»: the clause before it in the turn, or what was wanted a turn earlier."""
        if request.verb not in _MODAL and request.what_end - request.what_start > _TERSE:
            return None
        turn = self.turns[request.turn]
        earlier = [turn] if turn.start < request.what_start - 3 else []
        if request.turn:
            earlier.append(self.turns[request.turn - 1])
        for candidate in earlier:
            end = min(candidate.end, request.what_start)
            start = max(candidate.start, end - _LOOK_BACK)
            parts = sentences_of(self.scene.text, start, end, self.scene.language)
            wordy = [s for s in parts if len(s.words) > 2 and self._says_something(s)]
            if wordy:
                start, end = wordy[-1].start, wordy[-1].end
                if wordy[-1].language == "en":
                    start, end = english_answers.act_in(wordy[-1])
                return replace(request, what_start=start, what_end=end)
        return None

    def _says_something(self, sentence: Sentence) -> bool:
        said = self.scene.text[sentence.start : sentence.end]
        if sentence.language != "en":
            names = sum(m.last - m.first for m in self.mentions(sentence))
            return len(sentence.words) - names > 1
        return bool(content(said)) and not english_answers.is_idle(sentence)

    def question_before(self, finding: Finding) -> Finding | None:
        """The last question of the turn before, as what a verb without a thing is about."""
        asked = [
            s
            for s in self.sentences(finding.turn - 1)
            if s.question and len(s.words) > 1 and not _ABLE & set(s.words)
        ]
        if not asked:
            return None
        return replace(finding, what_start=asked[-1].start, what_end=asked[-1].end)

    def thing_before(self, finding: Finding) -> Finding | None:
        """The thing that a sentence without verb has just named («График отпусков! Разошлю.»).

        In the turn itself the sentence right before, else one of the last of the turn before.
        """
        own = [s for s in self.sentences(finding.turn) if s.end <= finding.sentence_start]
        others = self.sentences(finding.turn - 1)[-3:] if finding.turn and not own[1:] else ()
        for turn, sentence in [
            *((finding.turn, s) for s in own[-1:]),
            *((finding.turn - 1, s) for s in reversed(others)),
        ]:
            span = thing_of(View(self.scene, turn, (sentence,), 0, 0))
            if span:
                return replace(finding, what_start=span[0], what_end=span[1])
        return None

    def is_asked(self, index: int) -> bool:
        """Whether the turn before is another's and ends in a question."""
        if not index:
            return False
        sentences = self.sentences(index - 1)
        other = self.speaker(index - 1) != self.speaker(index) or not self.labelled
        return other and any(sentence.question for sentence in sentences[-2:])

    def person(self, mark: str | None, speaker: str | None, turn: int) -> str | None:
        """A name for a mark: the speaker, whom the turn addresses, the group, everybody."""
        if mark is None or not mark.startswith("\0"):
            return self.fuller(mark) if mark else None
        if mark == SPEAKER:
            return speaker
        if mark == GROUP:
            return WE[self.scene.language]
        if mark == EVERYBODY:
            return ALL[self.scene.language]
        return self.addressee(turn, speaker) if mark == ADDRESSEE else None

    def fuller(self, name: str) -> str:
        """An outsider's name as it was first given in full («Маша» for Маша Лунина)."""
        if name in self.scene.roster or " " in name:
            return name
        full = {
            m.name
            for mentions in self._named.values()
            for m in mentions
            if not m.known and m.name.split()[0] == name and " " in m.name
        }
        return full.pop() if len(full) == 1 else name

    def addressee(self, index: int, speaker: str | None) -> str | None:
        """Whom a turn calls by name, else who spoke last before it."""
        for sentence in self.sentences(index):
            for clause_at in range(len(sentence.clauses)):
                name = called(View(self.scene, index, (sentence,), 0, clause_at))
                if name and name != speaker and name in self.scene.roster:
                    return name
        for earlier in range(index - 1, max(-1, index - 4), -1):
            other = self.speaker(earlier)
            if other and other != speaker:
                return other
        return None


_THANKS = frozenset("thank you thanks amazing brilliant спасибо супер thanks".split())


def called(view: View) -> str | None:
    """The person a clause does nothing but call («Рита, …»), or begins by calling."""
    for mention in view.mentions:
        if not mention.cases & {"nomn", "voct"}:
            continue
        rest = [t.word for i, t in enumerate(view.tokens) if not mention.first <= i < mention.last]
        if all(view.is_in(word, "filler") or word in _THANKS for word in rest):
            return mention.name
    return None


def called_later(view: View) -> str | None:
    """The person called in a clause further on in the sentence («…, Юлия Сергеевна»)."""
    for other in view.others():
        name = called(other)
        if name:
            return name
    return None
