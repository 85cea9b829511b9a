"""How a sentence is worded: told like a written report, or spoken among other people.

Speech is full of pronouns, fillers and broken words; what it states for the record is closer to
writing, which leans on articles, prepositions and nouns (Biber, "Variation across speech and
writing", 1988; formality measured: Heylighen, Dewaele, "Variation in the contextuality of
language", 2002), and it is what can stand alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.words import STOP_WORDS, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: What transcribers note of sounds and broken words: {vocalsound}, [laughter], (неразборчиво).
NOTED = re.compile(
    r"\{[^{}\n]{0,40}\}|\[(?:laugh|noise|music|applause|inaudible|crosstalk|смех|шум|неразб)[^]\n]*]"
    r"|\((?:laugh|inaudible|смех|шум|неразб)[^)\n]*\)",
    re.IGNORECASE,
)
_FORMAL = frozenset(
    "the of and in for to a an with by from on at as "
    "в во на с со к ко о об от до по из у за для при без над между через после перед и".split()
)
_PERSONAL = frozenset(
    "i you me my your he she it they him her them "
    "i'm you're it's i'll you'll i've you've that's there's "
    "я ты вы он она оно они мне меня мной тебе тебя вам вас его ее им их мой моя мое мои твой "
    "твоя ваш ваша ваши это".split()
)
#: Words of talk that carry nothing; they are left out where sentences are compared.
FILLERS = frozenset(
    "um uh mm hmm hm eh ah oh huh yeah yep yes okay ok right well so like just know mean gonna "
    "wanna kind sort thing things stuff uh-huh actually basically really maybe get got go going "
    "say said think guess cause lot good fine sure no it's we've i'm that's don't i'll we'll "
    "you're they're we're alright "
    "ну вот как бы типа э эм ммм мм угу ага так значит короче слушай слушайте смотри смотрите блин "
    "вообще просто собственно да нет ладно хорошо понятно окей давай давайте ой эээ".split()
)
#: Words at the beginning that point to what was said before.
_BACK = frozenset(
    "this these that those it he she they his her their its such but and so however therefore also "
    "thus это этот эта эти этого этим он она они оно его ее их такой такая такие поэтому но однако "
    "тогда затем также и а".split()
)


@dataclass(frozen=True, slots=True)
class Style:
    """Shares of a sentence's words, from 0 to 1, and whether it holds a figure.

    `formal` are articles, prepositions and conjunctions, `personal` pronouns, `filler` words of
    talk, `noted` marks of a transcriber. `points_back` says that its first word leans on what
    stands before.
    """

    formal: float
    personal: float
    filler: float
    noted: float
    figure: bool
    points_back: bool

    @classmethod
    def of(cls, text: str) -> Style:
        """The style of one sentence."""
        bare = NOTED.sub(" ", text)
        found = words(bare)
        count = max(len(found), 1)
        return cls(
            formal=_share(found, _FORMAL) * count / (count + 1),  # of few words little is known
            personal=_share(found, _PERSONAL),
            filler=_share(found, FILLERS),
            noted=len(NOTED.findall(text)) / max(len(text.split()), 1),
            figure=any(char.isdigit() for char in bare),
            points_back=found[:1] != [] and found[0] in _BACK,
        )


def _share(found: Sequence[str], of: frozenset[str]) -> float:
    return sum(word in of for word in found) / max(len(found), 1)


def meaningful(text: str) -> Iterable[str]:
    """The folded words that say what a sentence is about."""
    for word in words(NOTED.sub(" ", text)):
        if len(word) > 1 and word not in STOP_WORDS and word not in FILLERS:
            yield word
