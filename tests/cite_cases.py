"""Invented documents, true sentences about them in other words, and planted falsehoods."""

from __future__ import annotations

TEXTS = {
    "contract.txt": """Договор поставки № 118-П
Поставщик, ООО «Северный ветер», даёт покупателю двенадцать насосов НК-40 до 15 ноября 2025 года.
Цена договора составляет 1 450 000 рублей без НДС.
Покупатель оплачивает 30 % цены в течение пяти рабочих дней после подписания.
За каждую неделю просрочки поставщик платит пени в размере 0,5 % цены договора, но не более 10 %.
Гарантийный срок составляет 24 месяца с даты ввода в эксплуатацию.
Перевозку и страхование груза оплачивает поставщик.
Досрочная поставка разрешается только с письменного согласия покупателя.
Ответственным за приёмку назначен Олег Титаренко, а за оплату отвечает Марина Соболева.
Штраф за отказ от приёмки не предусмотрен.
Насосы хранятся на складе в Вологде, запасные части — на складе в Череповце.
""",
    "report.txt": """Annual report of Lakeview Ferries
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
""",
    "policy.txt": """Положение об отпусках
Ежегодный оплачиваемый отпуск составляет 28 календарных дней.
Заявление подаётся не позднее чем за две недели до начала отпуска.
Отпуск можно разделить на части, одна из которых должна быть не меньше 14 дней.
Сотрудникам, занятым на ночных сменах, предоставляются три дополнительных дня.
График отпусков утверждает директор Ильдар Сафин до 17 декабря каждого года.
Неиспользованный отпуск переносится на следующий год, но не сгорает.
Отпускные выплачиваются за три дня до начала отпуска.
В 2024 году средняя продолжительность отпуска выросла с 21 до 23 дней.
Отзыв из отпуска без согласия сотрудника запрещён.
""",
    "lease.txt": """Lease of the workshop
The landlord, Harbour Estates, lets the workshop at 12 Quay Street to Brightwell Joinery.
The rent is 1,850 euros a month, payable on the first working day.
The deposit equals two months' rent and is returned within 45 days after the end of the lease.
The tenant may sublet the yard but not the workshop itself.
The landlord repairs the roof, and the tenant repairs the windows.
The lease began on 1 February 2023 and runs for five years.
Either party may terminate it with six months' notice.
Smoking is prohibited inside the building.
Keys are kept by the caretaker, Joan Pell, who is on site until 6 p.m.
""",
    "trial.txt": """Протокол испытаний котельной
Испытания провела бригада Руслана Мельника 4 и 5 февраля 2026 года.
Рабочее давление в контуре держалось на уровне 6,2 бар, а в резервном контуре — 5,8 бар.
Насос № 3 остановился через сорок минут из-за перегрева подшипника.
Комиссия потребовала заменить подшипник до 20 февраля.
Утечек газа не обнаружено.
Расход топлива снизился на 7 процентов по сравнению с прошлым сезоном.
Следующие испытания пройдут осенью под надзором Веры Литвиновой.
Датчики температуры поставила фирма «Термолайн», датчики давления — фирма «Гидромер».
Стоимость ремонта оценили в 340 тысяч рублей.
""",
    "garden.txt": """Minutes of the garden society
Membership reached 218 in April, up from 196 a year earlier.
The plant sale raised 4,300 pounds and the raffle raised 760 pounds.
Helen Marlow resigned as secretary, and Tom Ashby took over on 1 June.
The society will not renew its insurance with Copperfield Mutual.
Visits to Rosehill Park are planned for every second Saturday.
Members receive a 15 percent discount at Finch Nurseries.
The greenhouse needs new glass, which costs 1,100 pounds.
Children under ten enter free.
The committee rejected the proposal to raise the subscription.
""",
    "library.txt": """Отчёт о работе библиотеки
За год библиотека выдала 58 300 книг, из них 12 900 — детям.
Читальный зал открыт ежедневно с 10 до 20 часов, кроме понедельника.
Заведующая Лидия Орлова передала архив сотруднику музея Павлу Гущину.
Электронный каталог запустят 1 сентября 2026 года.
Штраф за утерянную книгу равен её двойной цене.
Ремонт второго этажа не завершён из-за нехватки средств.
Город выделил на ремонт 4,2 миллиона рублей, область — 1,1 миллиона.
Кружок робототехники посещают тридцать пять школьников.
Книги разрешается держать дома не дольше трёх недель.
""",
    "lift.txt": """Service agreement for the lift
Kestrel Lifts inspects the lift every two months.
The annual fee is 2,640 dollars, and each emergency visit costs 95 dollars.
A technician must arrive within four hours of a call.
Spare parts are not included in the fee.
The agreement starts on 1 July 2025 and ends on 30 June 2027.
The owner, Maple Court, keeps the machine room locked.
Complaints go to Rosa Delgado, and invoices go to Neil Harper.
The lift carries up to 8 persons or 630 kilograms.
Work on Sundays costs twice the usual rate.
""",
    "move.txt": """Служебная записка о переезде склада
Склад переезжает с улицы Заводской на Портовую набережную в период с 3 по 9 августа 2026 года.
Перевозку выполняет компания «Тяга-Сервис», договор с которой обошёлся в 615 тысяч рублей.
До переезда кладовщики обязаны провести инвентаризацию, отвечает Глеб Анненков.
На новом месте площадь больше на 40 процентов, зато нет собственной котельной.
Приём товара прекращается 31 июля и возобновляется 12 августа.
Стеллажи старого образца списываются и на новое место не перевозятся.
Пропуска выдаёт Инна Чернова в кабинете 214.
""",
    "travel.txt": """Travel rules of the institute
Staff book trains in second class, and flights only for distances over 700 kilometres.
Hotel costs are refunded up to 140 euros a night in capitals and 110 euros elsewhere.
Claims must reach the accounts office within 30 days of return.
Receipts are required for every expense above 20 euros.
Taxi fares are not refunded unless public transport has stopped.
Trips outside Europe need the approval of Director Ingrid Falk.
Doctoral students may combine a trip with no more than five days of holiday.
""",
}

#: A true sentence and words of the line it must be cited from.
PLACED = [
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
TRUE = [
    *(sentence for sentence, _ in PLACED),
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
    "Испытания котельной прошли 4 и 5 февраля 2026 года.",
    "Испытания проводила бригада под руководством Руслана Мельника.",
    "Рабочее давление составляло 6,2 бар.",
    "В резервном контуре давление было 5,8 бар.",
    "Насос № 3 остановился через 40 минут из-за перегрева подшипника.",
    "Подшипник требуется заменить до 20 февраля.",
    "Утечки газа не были обнаружены.",
    "По сравнению с прошлым сезоном расход топлива снизился на 7 %.",
    "Ремонт оценён в 340 000 рублей.",
    "Датчики давления поставила фирма «Гидромер».",
    "Следующие испытания проведут осенью.",
    "Membership rose from 196 to 218.",
    "In April the society had 218 members.",
    "The plant sale raised £4,300.",
    "The raffle brought in 760 pounds.",
    "Tom Ashby replaced Helen Marlow as secretary on 1 June.",
    "The insurance with Copperfield Mutual will not be renewed.",
    "Members get a 15% discount at Finch Nurseries.",
    "New glass for the greenhouse costs 1100 pounds.",
    "Children under 10 enter free of charge.",
    "The proposal to raise the subscription was rejected.",
    "Библиотека выдала за год 58300 книг.",
    "Детям выдали 12 900 книг.",
    "По понедельникам читальный зал закрыт.",
    "Читальный зал работает с 10 до 20 часов.",
    "Лидия Орлова передала архив Павлу Гущину.",
    "Электронный каталог заработает 01.09.2026.",
    "За утерянную книгу берут штраф в размере её двойной цены.",
    "Ремонт второго этажа ещё не завершён.",
    "Из-за нехватки средств не закончен ремонт второго этажа.",
    "Область выделила на ремонт 1,1 млн рублей.",
    "Город дал на ремонт 4,2 млн рублей.",
    "Кружок робототехники посещают 35 школьников.",
    "Книги можно держать дома не дольше 3 недель.",
    "The lift is inspected every two months by Kestrel Lifts.",
    "The annual fee is $2,640.",
    "An emergency visit costs 95 dollars.",
    "The technician must come within 4 hours of the call.",
    "The fee does not include spare parts.",
    "The agreement ends on 30 June 2027.",
    "The machine room is kept locked by Maple Court.",
    "Invoices should be sent to Neil Harper.",
    "Complaints are handled by Rosa Delgado.",
    "The lift can carry 8 persons.",
    "Sunday work costs twice the usual rate.",
    "Склад переедет на Портовую набережную с 3 по 9 августа 2026 года.",
    "Перевозкой занимается «Тяга-Сервис».",
    "Договор с компанией «Тяга-Сервис» стоил 615 000 рублей.",
    "За инвентаризацию до переезда отвечает Глеб Анненков.",
    "Площадь нового склада больше на 40 %.",
    "Собственной котельной на новом месте нет.",
    "Товар снова начнут принимать 12 августа.",
    "Приём товара остановят 31 июля.",
    "Старые стеллажи перевозить не будут, их спишут.",
    "За пропуском нужно обратиться к Инне Черновой в кабинет 214.",
    "Flights may be booked only for distances above 700 km.",
    "Trains are booked in second class.",
    "In capitals, up to 140 euros a night is refunded for a hotel.",
    "Outside capitals the limit is 110 euros a night.",
    "Claims have to be submitted to the accounts office within 30 days of return.",
    "Expenses above 20 euros require receipts.",
    "Taxi fares are refunded only if public transport has stopped.",
    "Director Ingrid Falk must approve trips outside Europe.",
    "Doctoral students can add up to five days of holiday to a trip.",
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
    "Испытания провела бригада Руслана Мельника 4 и 5 марта 2026 года.",
    "Испытания провела бригада Веры Литвиновой.",
    "Рабочее давление в контуре держалось на уровне 5,8 бар.",
    "Насос № 3 остановился через четырнадцать минут.",
    "Насос № 2 остановился из-за перегрева подшипника.",
    "Комиссия потребовала заменить подшипник до 25 февраля.",
    "Обнаружены утечки газа.",
    "Расход топлива вырос на 7 процентов.",
    "Расход топлива снизился на 17 процентов.",
    "Датчики температуры поставила фирма «Гидромер».",
    "Стоимость ремонта оценили в 340 миллионов рублей.",
    "Стоимость ремонта оценили в 430 тысяч рублей.",
    "Следующие испытания пройдут весной под надзором Веры Литвиновой.",
    "Котёл изготовлен в Подольске.",
    "Membership reached 281 in April.",
    "Membership fell to 218 in April.",
    "The plant sale raised 760 pounds.",
    "The raffle raised 4,300 dollars.",
    "Helen Marlow took over as secretary on 1 June.",
    "Tom Marlow took over on 1 June.",
    "Tom Ashby took over on 1 July.",
    "The society will renew its insurance with Copperfield Mutual.",
    "Members receive a 50 percent discount at Finch Nurseries.",
    "Visits to Rosehill Park are planned for every second Sunday.",
    "The greenhouse needs new glass, which costs 1,100 euros.",
    "Children under twelve enter free.",
    "The committee approved the proposal to raise the subscription.",
    "The committee plans to plant an orchard.",
    "Библиотека выдала за год 53 800 книг.",
    "Детям выдали 58 300 книг.",
    "Читальный зал открыт ежедневно с 9 до 20 часов.",
    "Читальный зал закрыт по вторникам.",
    "Павел Орлов передал архив сотруднику музея.",
    "Электронный каталог запустят 1 октября 2026 года.",
    "Электронный каталог запустят 1 сентября 2027 года.",
    "Штраф за утерянную книгу равен её тройной цене.",
    "Ремонт второго этажа завершён.",
    "Город выделил на ремонт 1,1 миллиона рублей.",
    "Область выделила на ремонт 4,2 миллиона рублей.",
    "Город выделил на ремонт 4,2 миллиарда рублей.",
    "Кружок робототехники посещают сорок пять школьников.",
    "Книги разрешается держать дома не дольше трёх месяцев.",
    "Книги запрещается держать дома.",
    "Библиотека закупила новые компьютеры.",
    "Kestrel Lifts inspects the lift every three months.",
    "Kestrel Lifts inspects the lift every two weeks.",
    "The annual fee is 95 dollars.",
    "Each emergency visit costs 2,640 dollars.",
    "A technician must arrive within four days of a call.",
    "Spare parts are included in the fee.",
    "The agreement starts on 1 July 2027.",
    "Invoices go to Rosa Delgado.",
    "Complaints go to Neil Harper.",
    "The lift carries up to 18 persons.",
    "The lift carries up to 630 pounds.",
    "Work on Saturdays costs twice the usual rate.",
    "The owner, Kestrel Lifts, keeps the machine room locked.",
    "The lift was built in Italy.",
    "Склад переедет на Портовую набережную с 3 по 9 сентября 2026 года.",
    "Склад переезжает на Заводскую улицу.",
    "Договор с компанией «Тяга-Сервис» стоил 516 000 рублей.",
    "За инвентаризацию отвечает Инна Чернова.",
    "Площадь нового склада меньше на 40 процентов.",
    "На новом месте есть собственная котельная.",
    "Приём товара возобновляется 31 июля.",
    "Приём товара прекращается 12 августа.",
    "Стеллажи старого образца перевозятся на новое место.",
    "Пропуска выдаёт Инна Чернова в кабинете 241.",
    "Пропуска выдаёт Глеб Анненков.",
    "Сотрудникам склада повысят зарплату после переезда.",
    "Staff book trains in first class.",
    "Flights are allowed for distances over 400 kilometres.",
    "Hotel costs are refunded up to 110 euros a night in capitals.",
    "Hotel costs are refunded up to 140 dollars a night in capitals.",
    "Claims must reach the accounts office within 30 weeks of return.",
    "Receipts are not required for expenses above 20 euros.",
    "Taxi fares are always refunded.",
    "Trips outside Europe need the approval of Director Ingrid Holm.",
    "Doctoral students may combine a trip with seven days of holiday.",
    "Employees receive a daily meal allowance.",
]
