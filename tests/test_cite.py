"""Citation: true sentences stand on exact places, planted falsehoods are struck."""

from __future__ import annotations

import pytest

from rag import sentences
from rag.cite import cite, inert
from rag.cite.facts import facts
from rag.types import Chunk, Document, Line, Page, Passage

CONTRACT = """Договор поставки № 118-П
Поставщик, ООО «Северный ветер», передаёт покупателю двенадцать насосов НК-40 до 15 ноября 2025 года.
Цена договора составляет 1 450 000 рублей без НДС.
Покупатель оплачивает 30 % цены в течение пяти рабочих дней после подписания.
За каждую неделю просрочки поставщик платит пени в размере 0,5 % цены договора, но не более 10 %.
Гарантийный срок составляет 24 месяца с даты ввода в эксплуатацию.
Перевозку и страхование груза оплачивает поставщик.
Досрочная поставка разрешается только с письменного согласия покупателя.
Ответственным за приёмку назначен Олег Титаренко, а за оплату отвечает Марина Соболева.
Штраф за отказ от приёмки не предусмотрен.
Насосы хранятся на складе в Вологде, запасные части — на складе в Череповце.
"""
REPORT = """Annual report of Lakeview Ferries
Revenue rose by 8 percent to $3.2 million in 2024, while operating costs fell to $2.1 million.
The company carried 412,000 passengers between March and October.
Two new ferries, the Heron and the Plover, entered service on 3 May 2024.
The board did not propose a dividend for the year.
Anna Whitlock was appointed finance director in September, replacing David Marsh.
Fuel is bought under a contract with Orrin Energy that ends on 31 December 2026.
The northern route runs daily, and the southern route runs only on weekends.
Passengers may bring bicycles free of charge if space allows.
An inspection of the pier found no structural damage.
The company employs 64 people, of whom 19 work on shore.
"""


def document(text: str, name: str) -> tuple[Document, Passage]:
    """A document of numbered lines on two pages, and one passage that holds all of it."""
    starts = [0, *(place + 1 for place, char in enumerate(text[:-1]) if char == "\n")]
    middle = starts[len(starts) // 2]
    pages = (Page(1, None, 0, middle), Page(2, None, middle, len(text)))
    lines = tuple(Line(number, start) for number, start in enumerate(starts, 1))
    chunk = Chunk(name, name, 0, len(text), text)
    found = Document(name, name, text, pages=pages, lines=lines)
    return found, Passage(chunk, name, (1, 2), 1, 1.0, 1, ("words",))


DOCUMENTS, PASSAGES = {}, []
for _text, _name in ((CONTRACT, "contract.txt"), (REPORT, "report.txt")):
    DOCUMENTS[_name], _passage = document(_text.replace(".\n", ".\n\n"), _name)
    PASSAGES.append(_passage)

# (a true sentence, words of the line it must be cited from)
TRUE = [
    ("Поставка — до 15 ноября 2025 года.", "до 15 ноября"),
    ("Поставщик обязан передать насосы до 15.11.2025.", "до 15 ноября"),
    ("Покупатель получит 12 насосов НК-40.", "двенадцать насосов"),
    ("Цена договора — 1450000 рублей без НДС.", "1 450 000"),
    ("Стоимость договора составляет 1,45 млн рублей без НДС.", "1 450 000"),
    ("Покупатель оплачивает 30 процентов цены в течение 5 рабочих дней после подписания.", "30 %"),
    ("Пени за неделю просрочки — 0,5 % цены договора.", "0,5 %"),
    ("Размер пени не может превышать 10 % цены договора.", "0,5 %"),
    ("Гарантия действует 24 месяца с даты ввода насосов в эксплуатацию.", "24 месяца"),
    ("Страхование и перевозку оплачивает поставщик.", "Перевозку"),
    ("Досрочно поставить насосы можно только с письменного согласия покупателя.", "Досрочная"),
    ("За приёмку отвечает Олег Титаренко.", "Титаренко"),
    ("Приёмку поручили Олегу Титаренко, оплату — Марине Соболевой.", "Титаренко"),
    ("Штраф за отказ от приёмки договором не предусмотрен.", "Штраф"),
    ("Запасные части хранятся на складе в Череповце.", "Череповце"),
    ("Насосы лежат на складе в Вологде.", "Вологде"),
    ("Revenue grew 8% to $3.2 million in 2024.", "Revenue rose"),
    ("In 2024, revenue rose to 3.2 million dollars.", "Revenue rose"),
    ("Operating costs fell to $2.1 million.", "Revenue rose"),
    ("The company carried 412 000 passengers.", "412,000"),
    ("Between March and October, 412,000 passengers were carried.", "412,000"),
    ("The ferries Heron and Plover entered service on May 3, 2024.", "Heron"),
    ("2 new ferries entered service in May 2024.", "Heron"),
    ("The board proposed no dividend for the year.", "dividend"),
    ("Anna Whitlock replaced David Marsh as finance director.", "Whitlock"),
    ("The fuel contract with Orrin Energy ends on 2026-12-31.", "Orrin"),
    ("The southern route runs only on weekends.", "southern"),
    ("Bicycles may be brought free of charge if there is space.", "bicycles"),
    ("No structural damage was found in the inspection of the pier.", "pier"),
    ("Of the 64 people employed, 19 work on shore.", "64 people"),
]
FALSE = [
    "Поставка — до 15 ноября 2026 года.",  # year
    "Поставщик передаёт насосы до 25 ноября 2025 года.",  # day
    "Поставщик передаёт насосы до 15 декабря 2025 года.",  # month
    "Покупатель получит 14 насосов НК-40.",  # number
    "Покупатель получит двенадцать насосов НК-80.",  # model
    "Цена договора составляет 1 540 000 рублей без НДС.",  # digits swapped
    "Цена договора составляет 1 450 000 долларов без НДС.",  # unit
    "Цена договора составляет 1 450 000 рублей с учётом НДС.",  # negation
    "Покупатель оплачивает 30 % цены в течение пяти календарных дней после подписания.",  # kind
    "Покупатель оплачивает 10 % цены в течение пяти рабочих дней.",  # number of another line
    "Пени составляют 0,5 % за каждый день просрочки.",  # unit
    "Гарантийный срок составляет 24 недели с даты ввода в эксплуатацию.",  # unit
    "Перевозку и страхование груза оплачивает покупатель.",  # role
    "Покупатель оплачивает перевозку и страхование груза.",  # role
    "Досрочная поставка запрещается.",  # opposite
    "За приёмку отвечает Марина Соболева.",  # swapped name
    "За приёмку отвечает Пётр Гринёв.",  # foreign name
    "Штраф за отказ от приёмки предусмотрен.",  # negation
    "Насосы хранятся на складе в Череповце.",  # swapped place
    "Покупатель вправе вернуть неисправные насосы в любое время.",  # never said
    "Споры разрешаются в арбитражном суде города Москвы.",  # never said
    "Revenue rose by 9 percent in 2024.",  # number
    "Revenue rose by 8 percent in 2023.",  # year
    "Revenue fell by 8 percent to $3.2 million in 2024.",  # opposite
    "Operating costs fell to $3.2 million.",  # swapped number
    "The company carried 421,000 passengers between March and October.",  # digits swapped
    "The company carried 412,000 passengers between March and November.",  # month
    "The Heron and the Osprey entered service on 3 May 2024.",  # name
    "The ferries entered service on 5 May 2024.",  # day
    "The board proposed a dividend for the year.",  # negation
    "David Whitlock was appointed finance director in September.",  # name
    "Fuel is bought under a contract with Orrin Energy that ends on 31 December 2027.",  # year
    "The northern route runs only on weekends.",  # swapped
    "Passengers may not bring bicycles.",  # negation
    "The inspection of the pier found structural damage.",  # negation
    "The company employs 46 people.",  # digits swapped
    "The company employs 64 people, of whom 19 work at sea.",  # word
    "The company plans to open an office in Dublin next spring.",  # never said
]
# Written after the rules had been fixed on the tables above; no rule was changed for these.
POLICY = """Положение об отпусках
Ежегодный оплачиваемый отпуск составляет 28 календарных дней.
Заявление подаётся не позднее чем за две недели до начала отпуска.
Отпуск можно разделить на части, одна из которых должна быть не меньше 14 дней.
Сотрудникам, занятым на ночных сменах, предоставляются три дополнительных дня.
График отпусков утверждает директор Ильдар Сафин до 17 декабря каждого года.
Неиспользованный отпуск переносится на следующий год, но не сгорает.
Отпускные выплачиваются за три дня до начала отпуска.
В 2024 году средняя продолжительность отпуска выросла с 21 до 23 дней.
Отзыв из отпуска без согласия сотрудника запрещён.
"""
LEASE = """Lease of the workshop
The landlord, Harbour Estates, lets the workshop at 12 Quay Street to Brightwell Joinery.
The rent is 1,850 euros a month, payable on the first working day.
The deposit equals two months' rent and is returned within 45 days after the end of the lease.
The tenant may sublet the yard but not the workshop itself.
The landlord repairs the roof, and the tenant repairs the windows.
The lease began on 1 February 2023 and runs for five years.
Either party may terminate it with six months' notice.
Smoking is prohibited inside the building.
Keys are kept by the caretaker, Joan Pell, who is on site until 6 p.m.
"""
for _text, _name in ((POLICY, "policy.txt"), (LEASE, "lease.txt")):
    DOCUMENTS[_name], _passage = document(_text.replace(".\n", ".\n\n"), _name)
    PASSAGES.append(_passage)

HELD_OUT_TRUE = [
    "Ежегодный отпуск — 28 календарных дней.",
    "Заявление нужно подать не позднее чем за 2 недели до начала отпуска.",
    "Одна из частей отпуска должна составлять не меньше 14 дней.",
    "Отпуск разрешается делить на части.",
    "За работу в ночных сменах дают 3 дополнительных дня.",
    "График отпусков утверждается директором Ильдаром Сафиным до 17 декабря.",
    "Неиспользованный отпуск не сгорает, а переносится на следующий год.",
    "Отпускные выплачивают за 3 дня до отпуска.",
    "Средняя продолжительность отпуска в 2024 году — 23 дня.",
    "Отзывать сотрудника из отпуска без его согласия нельзя.",
    "The rent is €1,850 a month.",
    "Rent is payable on the first working day of the month.",
    "The deposit is returned within 45 days after the lease ends.",
    "The deposit amounts to 2 months' rent.",
    "The tenant may not sublet the workshop.",
    "The yard may be sublet by the tenant.",
    "The roof is repaired by the landlord.",
    "The lease started on 1 February 2023.",
    "It runs for 5 years from 1 February 2023.",
    "The lease can be terminated by either party with six months' notice.",
    "Smoking inside the building is not allowed.",
    "Joan Pell, the caretaker, keeps the keys.",
    "The tenant is Brightwell Joinery.",
    "Harbour Estates lets the workshop at 12 Quay Street.",
]
HELD_OUT_FALSE = [
    "Ежегодный отпуск составляет 24 календарных дня.",
    "Ежегодный отпуск составляет 28 рабочих дней.",
    "Заявление подаётся не позднее чем за три недели до начала отпуска.",
    "Заявление подаётся за два месяца до начала отпуска.",
    "Одна из частей отпуска должна быть не больше 14 дней.",
    "Отпуск нельзя разделить на части.",
    "Сотрудникам на ночных сменах предоставляются четыре дополнительных дня.",
    "Сотрудникам, занятым на дневных сменах, предоставляются три дополнительных дня.",
    "График отпусков утверждает директор Ильдар Сафонов до 17 декабря.",
    "График отпусков утверждает директор до 27 декабря.",
    "Неиспользованный отпуск сгорает.",
    "Отпускные выплачиваются за три недели до начала отпуска.",
    "В 2024 году средняя продолжительность отпуска снизилась с 23 до 21 дня.",
    "В 2023 году средняя продолжительность отпуска выросла с 21 до 23 дней.",
    "Отзыв из отпуска без согласия сотрудника разрешён.",
    "Сотрудникам компенсируют стоимость проезда к месту отдыха.",
    "The rent is 1,580 euros a month.",
    "The rent is 1,850 euros a week.",
    "The rent is 1,850 dollars a month.",
    "The deposit equals three months' rent.",
    "The deposit is returned within 45 days before the end of the lease.",
    "The tenant may sublet the workshop.",
    "The tenant may not sublet the yard.",
    "The tenant repairs the roof.",
    "The landlord repairs the windows.",
    "The lease began on 1 February 2024.",
    "The lease runs for ten years.",
    "Either party may terminate the lease with two months' notice.",
    "Smoking is allowed inside the building.",
    "Keys are kept by the caretaker, John Pell.",
    "Brightwell Joinery lets the workshop to Harbour Estates for free.",
    "The landlord insures the building against fire.",
]


def judged(text: str) -> tuple[list[str], list[str]]:
    standing, struck = cite(text, PASSAGES, DOCUMENTS)
    return [each.verdict for each in standing], [each.verdict for each in struck]


if __name__ == "__main__":
    TRUE+=[(x,'') for x in HELD_OUT_TRUE]; FALSE+=['----',*HELD_OUT_FALSE]
    for text, where in TRUE:
        standing, struck = cite(text, PASSAGES, DOCUMENTS)
        for each in struck: print("LOST", each.verdict, each.reason, '|', text, '|', [c.quote for c in each.citations])
        for each in standing:
            if not any(where in c.quote for c in each.citations): print("PLACE", text, [c.quote for c in each.citations])
            if 0: print("partly", text, each.reason)
    for text in FALSE:
        standing, struck = cite(text, PASSAGES, DOCUMENTS)
        for each in standing: print("STANDS", each.verdict, each.reason, '|', text, '|', [c.quote for c in each.citations])
