"""The shapes of transcripts: how each marks the beginning of a turn, with what is one and what not.

Every pattern is tied to the beginning of a line and bounded in length, so that looking for it is
linear in the text. `name`, `time` and `day` are what its groups hold.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

#: How a shape's candidates are judged. "sure": nothing else looks so. "headed": names on lines of
#: their own, which must come again. "alone": such names without a time, which must be known.
#: "stamped", "labelled", "dashed": by who the labels name and by whether they talk. "clocked":
#: stamps without names. "spoken": dashes alone.
Judge = Literal["sure", "headed", "alone", "stamped", "labelled", "dashed", "clocked", "spoken"]

SPACE = r"[ \t\xa0\u202f]"
CLOCK = r"\d{1,3}:\d\d(?::\d\d)?(?:[.,]\d{1,3})?(?:[ \xa0\u202f]?[AaPp]\.?[Mm]\b\.?)?"
_DAY = r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}"
#: «10:41», «12.11.2025, 10:41:07», «10:41, 12.11.2025», «00:04.000 --> 00:09.000»
_STAMP = (
    rf"(?:(?P<day>{_DAY})(?:,|T)?{SPACE}{{0,3}})?(?P<time>{CLOCK})"
    rf"(?:,{SPACE}?(?P<day2>{_DAY}))?(?:{SPACE}*(?:-{{1,2}}>|[-–—]){SPACE}*{CLOCK})?"
)
_INDENT = r"^[\u200e\u200f \t]{0,8}"
#: what Markdown may put before a label: a quotation, a bullet, a heading, emphasis
_MARKDOWN = rf"{_INDENT}(?:[>*•-]{SPACE}{{1,3}}|\#{{1,6}}{SPACE}){{0,2}}(?P<emphasis>\*\*|__|\*|_)?"
#: «(Гость)», "(Minister of Finance)", "(Hon. A. Nobody (Green Hills))"
_ASIDE = rf"(?:{SPACE}?\((?:[^():\n]|\([^():\n]{{0,60}}\)){{1,140}}\))"
_FIRM = rf"(?:{SPACE}\|{SPACE}[^:|\n\[\]()]{{1,40}})"
_ANY_NAME = rf"[^\s:\[\]()|#>*—–-][^:\n\[\]()|]{{0,59}}?(?:{_ASIDE}|{_FIRM})?"
_END = rf"{SPACE}*+(?:(?:\*\*|__|\*|_){SPACE}*+)?$\n?"
#: a name alone on a line: up to five words, the first with a capital; or a numbered voice
_WORD = r"[^\W\d_][\w.'’-]*"
_CAPITAL = r"[^\W\d_a-zа-яё][\w.'’-]*"
_NAME = (
    rf"(?![AaPp][Mm]\b)(?:(?:[Сс]пикер|СПИКЕР|[Гг]олос|[Уу]частник|[Ss]peaker|SPEAKER|[Vv]oice)"
    rf"[ _]?\d{{1,3}}"
    rf"|{_CAPITAL}(?:{SPACE}{{1,2}}(?:{_CAPITAL}|\w{{1,3}}\b)){{0,4}}){_ASIDE}?"
)
_INITIALS = r"[А-ЯЁ]\.[ \t\xa0]?(?:[А-ЯЁ]\.)?"
_CAPITALS = r"[А-ЯЁ]{2,}(?:-[А-ЯЁ]{2,})?"
_TITLECASE = r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?"
_VOICES = r"ПРЕДСЕДАТЕЛЬСТВУЮЩ(?:ИЙ|АЯ)|Председательствующ(?:ий|ая)|ИЗ ЗАЛА|Из зала|С МЕСТА|С места"
_WORDS = r"(?=\S)"
_BARE_STAMP = (
    rf"{_INDENT}[\[(]?{_STAMP}[\])]?"
    rf"(?:{SPACE}++(?:[-–—]{SPACE}*+)?|{SPACE}*+\n{SPACE}*+){_WORDS}"
)


@dataclass(frozen=True, slots=True)
class Shape:
    """One way to mark turns.

    `least` turns make a meeting. With `paragraphs` a turn goes on over blank lines. `example` is a
    text that is read by this shape, `counter` one that looks like it and is no meeting.
    """

    name: str
    pattern: re.Pattern[str]
    judge: Judge
    least: int
    paragraphs: bool
    example: str
    counter: str


def _shape(
    name: str,
    pattern: str,
    judge: Judge,
    *,
    least: int = 3,
    paragraphs: bool = False,
    example: str,
    counter: str,
) -> Shape:
    compiled = re.compile(pattern, re.MULTILINE)
    return Shape(name, compiled, judge, least, paragraphs, example, counter)


#: In the order they are tried: what says more of itself goes first.
SHAPES: tuple[Shape, ...] = (
    _shape(
        "zoom chat",
        rf"{_INDENT}(?:(?P<day>{_DAY}){SPACE}+)?(?P<time>{CLOCK}){SPACE}+(?:From|От){SPACE}++"
        rf"(?P<name>[^\n]{{1,60}}?){SPACE}+(?:to|To|кому|Кому|для){SPACE}+[^:\n]{{1,80}}:"
        rf"{SPACE}*\n?{SPACE}*",
        "sure",
        least=1,
        paragraphs=True,
        example="10:02:11 From  Вера Белых  to  Everyone:\n\tзвука нет\n",
        counter="10:02:11 From Moscow to Tver by train, two hours",
    ),
    _shape(
        "old zoom chat",
        rf"{_INDENT}(?P<time>\d{{1,2}}:\d\d:\d\d){SPACE}+(?:From|От){SPACE}+"
        rf"(?P<name>[^:\n]{{1,60}}?){SPACE}*:{SPACE}*\n?{SPACE}*",
        "sure",
        least=2,
        paragraphs=True,
        example="10:02:11 From Вера Белых : звука нет\n10:03:40 From Игорь : есть",
        counter="10:30:00 От кассы: очередь до дверей.\nДальше обычный рассказ.",
    ),
    _shape(
        "range over a name",
        rf"{_INDENT}(?P<time>\d+:\d+:\d+(?:\.\d+)?){SPACE}*-->[^\n]*\n"
        rf"{SPACE}*(?P<name>{_NAME}){SPACE}*\n",
        "sure",
        least=2,
        example="0:0:3.4 --> 0:0:12.9\nВера Белых\nначнём?\n\n"
        "0:0:14.0 --> 0:0:20.4\nИгорь Краснов\nда",
        counter="0:0:3.4 --> 0:0:12.9\nНачало\n\nДальше обычный рассказ.",
    ),
    _shape(
        "name and time on a line",
        rf"{_MARKDOWN}(?P<name>[^\W\d_][^:\n\[\]|#]{{0,59}}?|\+\d[\d \xa0()-]{{5,20}})"
        rf"(?:\*\*|__|\*|_)?(?:{SPACE}+[|•·–—-]{SPACE}+|,?{SPACE}+)[\[(]?{_STAMP}[\])]?{_END}",
        "headed",
        paragraphs=True,
        example="Игорь Краснов   0:05\nначнём?\n\nВера Белых   0:11\nда\n\n"
        "Игорь Краснов   0:15\nхорошо",
        counter="Открытие 10:00\nзал А\n\nДоклад 10:30\nзал Б\n\nОбед 12:00\nстоловая",
    ),
    _shape(
        "name over time",
        rf"{_INDENT}(?P<name>{_NAME}){SPACE}*\n{SPACE}*[\[(]?{_STAMP}[\])]?{_END}",
        "headed",
        paragraphs=True,
        example="Nina Ray\n10:05 AM\nshall we?\n\nPaul Hart\n10:06 AM\nyes\n\n"
        "Nina Ray\n10:07 AM\ngood",
        counter="Monday\n10:00\nopening\n\nTuesday\n11:00\nlecture\n\nFriday\n12:00\nlunch",
    ),
    _shape(
        "time and name on a line",
        rf"{_INDENT}[\[(]?{_STAMP}[\])]?{SPACE}+(?:[-–—]{SPACE}+)?(?P<name>{_NAME}):?{_END}",
        "headed",
        paragraphs=True,
        example="[0:05] Игорь Краснов\nначнём?\n\n[0:11] Вера Белых\nда\n\n"
        "[0:15] Игорь Краснов\nхорошо",
        counter="10:00 Открытие\nзал А\n10:30 Доклад\nзал Б\n12:00 Обед\nстоловая",
    ),
    _shape(
        "stenogram",
        rf"{_INDENT}(?:\*\*)?(?P<name>{_CAPITALS}{SPACE}+{_INITIALS}|{_INITIALS}{SPACE}*{_CAPITALS}"
        rf"|{_TITLECASE}{SPACE}+{_INITIALS}(?=(?:,[^\n.]{{1,90}})?[.:]?(?:\*\*)?{SPACE}*\n)|{_VOICES})"
        rf"(?P<role>,[^\n.]{{1,90}})?[.:]?(?:\*\*)?"
        rf"(?:{SPACE}*\n|(?<!:){SPACE}+(?=[«\"(]?[А-ЯЁ][а-яё ]))",
        "headed",
        paragraphs=True,
        example="СТЕНОГРАММА\n\nКРАСНОВ И. П., председатель.\nНачинаем.\n\nБЕЛЫХ В. А.\nДа.\n\n"
        "КРАСНОВ И. П. Хорошо, коллеги.",
        counter="СПИСОК\n\nКРАСНОВ И. П.\nБЕЛЫХ В. А.\nЛУГОВОЙ Д. Д.",
    ),
    _shape(
        "stamp and label",
        rf"{_INDENT}(?:[-*•]{SPACE})?(?:\*\*)?(?:[\[(]?{_STAMP}[\])]?(?:\*\*)?"
        rf"(?:{SPACE}*[-–—|])?{SPACE}+"
        rf"(?:\*\*)?\[?(?P<name>{_ANY_NAME})\]?"
        rf"|(?P<name2>{_ANY_NAME})(?:\*\*)?,?{SPACE}*[\[(]?"
        rf"(?:(?P<day3>{_DAY}),?{SPACE}{{1,3}})?(?P<time2>(?<![\d:]){CLOCK})"
        rf"(?:{SPACE}*(?:-{{1,2}}>|[-–—]){SPACE}*{CLOCK})?[\])]?)"
        rf"(?:\*\*)?{SPACE}*:(?:\*\*)?{SPACE}*(?:\n{SPACE}*)?{_WORDS}",
        "stamped",
        example="[00:00:04] Nina: shall we?\n[00:00:09] Paul: yes\n[00:00:15] Nina: good",
        counter="[12:00:01] kernel: device connected\n[12:00:02] sshd: session opened\n"
        "[12:00:03] kernel: device removed",
    ),
    _shape(
        "label",
        rf"{_MARKDOWN}(?P<name>{_ANY_NAME})(?:\*\*|__|\*|_)?{SPACE}*:(?:\*\*|__|\*|_)?"
        rf"(?:{SPACE}+|(?=[^\W\d_])|{SPACE}*\n{SPACE}*){_WORDS}",
        "labelled",
        example="Созвон по складу\n\nИгорь: начнём?\nВера: да\nИгорь: смету скинешь?\nВера: завтра",
        counter="Host: localhost\nPort: 80\nHost: example\nPort: 81\nHost: other\nPort: 82",
    ),
    _shape(
        "label and dash",
        rf"{_INDENT}(?:\*\*)?(?P<name>{_NAME})(?:\*\*)?{SPACE}+[—–-]{SPACE}+{_WORDS}",
        "dashed",
        least=4,
        example="Игорь — Давайте начнём?\nВера — Да, я готова.\nИгорь — Смету ты скинешь?\n"
        "Вера — Скину завтра, обещаю тебе.",
        counter="Игорь — смета, до пятницы\nВера — договор\nИгорь — акты\nВера — счёт до 12:00",
    ),
    _shape(
        "label and tab",
        rf"{_INDENT}(?P<name>{_NAME})\t+{_WORDS}",
        "dashed",
        least=4,
        example="Игорь\tДавайте начнём?\nВера\tДа, я готова.\nИгорь\tСмету ты скинешь?\n"
        "Вера\tСкину завтра, обещаю тебе.",
        counter="Игорь\t12-34\nВера\t56-78\nИгорь\t90-12\nВера\t34-56",
    ),
    _shape(
        "name on a line",
        rf"(?:\A|(?<=\n\n)){_INDENT}(?:\#{{1,6}}{SPACE})?(?P<emphasis>\*\*|__)?(?P<name>{_NAME}):?{_END}"
        rf"{_WORDS}",
        "alone",
        paragraphs=True,
        example="Спикер 1\nтак начнём\n\nСпикер 2\nда давайте\n\nСпикер 1\nхорошо",
        counter="Введение\nСлова.\n\nМетоды\nСлова.\n\nВыводы\nСлова.",
    ),
    _shape(
        "stamp",
        _BARE_STAMP,
        "clocked",
        least=6,
        example="[00:01] так давайте начнём\n[00:05] да я готова\n[00:09] а что у нас со сметой?\n"
        "[00:13] я скину завтра\n[00:18] хорошо спасибо\n[00:21] тогда всё, пока",
        counter="10:00 открытие\n10:30 доклад о сетях\n11:00 перерыв\n11:30 доклад о базах\n"
        "12:00 обед\n13:00 закрытие",
    ),
    _shape(
        "dash",
        rf"{_INDENT}[—–]{SPACE}+{_WORDS}",
        "spoken",
        least=6,
        example="Летучка\n\n— Начнём?\n— Да.\n— Что с номером?\n— Готов.\n— А обложка?\n— Завтра.",
        counter="— первый пункт\n— второй пункт\n— третий пункт\n— четвёртый\n— пятый\n— шестой",
    ),
)
#: any line that a stamp begins
BARE_STAMP = re.compile(_BARE_STAMP, re.MULTILINE)
#: lines that only tell the time, as some programs set them between turns
CLOCK_LINE = re.compile(rf"^[ \t]*\[?({CLOCK})\]?[ \t]*$", re.MULTILINE)
