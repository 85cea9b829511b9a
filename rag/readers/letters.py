"""How likely a text is, judged by its characters beyond ASCII: is it Russian, is it any language?

Russian is known by how often one letter follows another, where words begin and end and where
capitals stand. The scores are natural logarithms of probabilities, for comparing readings of the
same bytes.
"""

from __future__ import annotations

import re
from itertools import pairwise

#: natural logarithms of the letters' shares in Russian prose
LOG_SHARE_RU = dict(
    zip(
        "оаеинтрслвкдпмугзбыйьчяхжюцшэщфъё",
        (
            *(-2.3, -2.5, -2.5, -2.5, -2.7, -2.8, -2.9, -2.9, -3.1, -3.1, -3.4),
            *(-3.5, -3.5, -3.5, -3.8, -4.0, -4.2, -4.2, -3.9, -4.4, -4.3, -4.3),
            *(-4.0, -4.6, -4.8, -4.9, -5.2, -5.2, -5.5, -5.7, -5.5, -7.7, -5.5),
        ),
        strict=True,
    )
)
_LETTERS = " абвгдежзийклмнопрстуфхцчшщъыьэюяё"
#: A row for each letter, the first for the beginning of a word; a column for each letter after it,
#: the first for the end of the word; "a" is certainty, every further letter half a unit less
#: likely. Counted in two million letters of Russian prose, sayings and manuals.
_FOLLOWS = """
zihfighihgtfhgfgfhfghjkkhlpyuwiokw dqigjhhhgmigggfpjhgflmjjijhzzzrihn
hgnjqoeomgxiflidvejqfxkotrijemnnhp deslhleylfyjhmhemigjiwppolrwfjvvkn
gfrpqfesugwkfnjcufpohrwulrwwwutnwq geoiomdkpeyjgmgelgimgvnkmmyrhirojl
dnjghhhjjlihggelkfgfookljjkzyyvnnm hflprfcpuewkmlejtoluiwwugwwwwlqpwl
fdjgjghnphwiifefwhmqgwsopqwohkwnjq dkjhkiglgighggflligfpmhiijmzzzskgv
aspopjlwpwtjhkhosnggwqpmmktwwwwwmw edvlrphlpfyohpjdugiggwsltnyyyqqrwy
genqlnejpeyjkpjepwkngrvvlrryjergfl demnpvdvqfymlkhekoktfouqpysygmppip
geopmjeqodzktvgezmihhlulmrixfiulio drgfggihijhhfggligffnmkmijmzzznmko
jfvvtxfxvgxkhukcldnlhuxnootxjlssls gdmjkjejoeykmjiemnjifmknnlpxgksmin
ghnhplfpshzffiifgkidioknkmwqkirnfl efpgunfxsfzjlnidnggnirsqmupuiesoko
djiigfhfimkhifioghfgrnjnghixwxmgmv fettqtftrdtoinmdtgmifhtttpttlrrmtr
bfsisqjtshvvklidshlkivsvqqvtvppvuv gdufpoduldujputhtuouhuumuluugussuu
jeupwwcquewhnuflwowdhwwwrhwwwjowwj ieulvvdvvdvghohglkpihjvpvvvvpevqvl
nfusuubuucuuuujquouuiuuuuuuuuiuuuh loooooboooooooooooooooooooooooooch
cxhglifolpejggkxijhgsufqjinxuxxupx bxknlliuhmxgxjfoqughxlxnngqxxvxhin
htlkkltrjtkggjitjhkbtilptkttttqtpt cpdolfnokpklmkktnjjdvsnlhnfvvvomrv
bxnilihlioljkhixnljfvvjmkpjxxxxilx csngkkqljsokgfesmfjdsqjspjnssssssq
"""
_PAIRS = {
    before + after: (ord("a") - ord(step)) / 2
    for before, row in zip(_LETTERS, _FOLLOWS.split(), strict=True)
    for after, step in zip(_LETTERS, row, strict=True)
}
_KINDRED = frozenset("іїєґў")  # Ukrainian and Belarusian
#: a pair with one of these; a pair with a Cyrillic letter of neither; a letter beside a Latin one
_KINDRED_PAIR, _FOREIGN_PAIR, _MIXED_SCRIPTS = -4.0, -9.0, -4.0
#: a word with a capital in front, a longer one all in capitals, every change of case beyond
_CAPITAL, _CAPITALS, _BROKEN_CASE = -1.5, -2.5, -5.0
#: an accented letter in a Latin word, and in one without any plain letter
_ACCENT, _ACCENTS_ONLY = -3.5, -10.0
#: a sign directly before a letter, unless it is one of _OPENING, is less likely by _STUCK
_COMMON_SIGN, _RARE_SIGN, _NO_CHARACTER, _STUCK = -4.0, -9.0, -14.0, -3.0
#: a line or corner of a frame; the same as before it; one beside a letter or an unlike corner
_FRAME, _FRAME_GOES_ON, _FRAME_AMISS = -4.0, -1.0, -9.0

_CYRILLIC_WORD = re.compile(r"[\u0400-\u04ff]+")
_LATIN_WORD = re.compile(r"[A-Za-z\xaa\xb5\xba\xc0-\xd6\xd8-\xf6\xf8-\u024f]+")
_SIGN = re.compile(r"[^\x00-\x7f\u0400-\u04ff\xaa\xb5\xba\xc0-\xd6\xd8-\xf6\xf8-\u024f]")
_COMMON_SIGNS = frozenset("«»—–…№“”„‘’•§©®°±·€£×½¼¾²³™\xa0\xad")
_OPENING = frozenset("«“„‘’\xa0\xad№§")
_LINES = frozenset("─═│║━┃░▒▓█")
_UPRIGHT = frozenset("│║┃█")
_PLAIN = re.compile(r"[A-Za-z]")


def likelihood(text: str) -> float:
    """How likely the characters of `text` beyond ASCII are in a text of some language; 0 for none.

    Words in Cyrillic letters are taken for Russian, kindred languages cost little more.
    """
    score = sum(_sign(text, match.start()) for match in _SIGN.finditer(text))
    for word in _CYRILLIC_WORD.finditer(text):
        around = text[max(word.start() - 1, 0) : word.start()] + text[word.end() : word.end() + 1]
        score += _cyrillic(word.group()) + _MIXED_SCRIPTS * len(_PLAIN.findall(around))
    for word in _LATIN_WORD.findall(text):
        accents = len(word) - len(_PLAIN.findall(word))
        score += accents * (_ACCENT if accents < len(word) else _ACCENTS_ONLY)
    return score


def _cyrillic(word: str) -> float:
    """The pairs of letters in a word and the case it is written in."""
    score = sum(_pair(*pair) for pair in pairwise(f" {word.lower()} "))
    if word[0].isupper():
        score += _CAPITALS if len(word) > 1 and word.isupper() else _CAPITAL
    if not word.isupper():
        score += _BROKEN_CASE * sum(a.islower() and b.isupper() for a, b in pairwise(word))
        score += _BROKEN_CASE * word[:2].isupper()
    return score


def _pair(before: str, after: str) -> float:
    known = _PAIRS.get(before + after)
    if known is not None:
        return known
    kindred = all(letter in _KINDRED or letter in _LETTERS for letter in (before, after))
    return _KINDRED_PAIR if kindred else _FOREIGN_PAIR


def _sign(text: str, at: int) -> float:
    """A character that is no letter."""
    sign, before, after = text[at], text[at - 1 : at], text[at + 1 : at + 2]
    if "\u2500" <= sign <= "\u259f":
        return _frame(sign, before, after)
    if sign == "\ufffd" or "\x80" <= sign <= "\x9f":
        return _NO_CHARACTER
    stuck = _STUCK if after.isalpha() and sign not in _OPENING else 0.0
    return stuck + (_COMMON_SIGN if sign in _COMMON_SIGNS else _RARE_SIGN)


def _frame(sign: str, before: str, after: str) -> float:
    """A character that frames are drawn with."""
    if sign == before:
        return _FRAME_GOES_ON
    if (before.isalpha() or after.isalpha()) and sign not in _UPRIGHT:
        return _FRAME_AMISS
    corners = sign not in _LINES and "\u2500" <= before <= "\u259f" and before not in _LINES
    return _FRAME_AMISS if corners else _FRAME
