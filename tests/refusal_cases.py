"""What models write when the documents do not hold the answer, and answers that look like that."""

from __future__ import annotations

REFUSALS = """
В ваших документах этого нет.
В предоставленных документах нет информации о стоимости подписки.
К сожалению, в документах нет ответа на этот вопрос.
В тексте не указано, кто подписал договор.
В представленных отрывках не упоминается дата поставки.
Документы не содержат сведений о размере штрафа.
Предоставленный контекст не содержит информации, необходимой для ответа.
Не могу ответить на этот вопрос на основе предоставленных документов.
Я не могу найти ответ в приведённых отрывках.
Я не нашёл в документах информации об этом.
Я не нашла упоминаний о сроках аренды в предоставленных материалах.
Мне не удалось найти ответ в документах.
Не удалось найти информацию о дате основания компании.
Ответ на этот вопрос в документах отсутствует.
Информация о заработной плате отсутствует в предоставленных документах.
Эта информация в тексте не приводится.
Данные об этом в источниках не приведены.
Сведения о поставщике не указаны.
На основании приведённых отрывков ответить невозможно.
Исходя из контекста, определить это нельзя.
Недостаточно данных для ответа.
Недостаточно информации, чтобы ответить на вопрос.
У меня нет информации об этом.
У меня нет данных о количестве сотрудников.
У меня недостаточно сведений для ответа на этот вопрос.
Я не знаю.
Не знаю, в документах об этом ничего не сказано.
В документах об этом ничего не говорится.
Об этом в документах ничего не сказано.
В отрывках ничего не сказано о гарантийном сроке.
В приведённых фрагментах нет упоминания о премии.
Ни в одном из документов не упоминается эта фамилия.
Ни один из отрывков не содержит ответа на вопрос.
Среди предоставленных документов нет нужных сведений.
Такой информации в документах нет.
Такие данные в предоставленных материалах отсутствуют.
Ответа на этот вопрос в тексте нет.
К сожалению, я не располагаю такой информацией.
К сожалению, ответить на этот вопрос по имеющимся документам нельзя.
Данный вопрос в документах не рассматривается.
Вопрос не относится к содержанию документов.
Из текста неясно, сколько стоит ремонт.
Из приведённых документов невозможно понять, кто отвечает за приёмку.
По предоставленным документам невозможно установить дату.
Извините, в документах нет ответа. Попробуйте уточнить вопрос.
К сожалению, такой информации нет. Если у вас есть другие документы, предоставьте их.
Нет ответа.
Нет данных.
Информация не найдена.
Not in your documents.
I don't know.
I do not know.
I'm not sure, the documents do not say.
I cannot answer this question based on the provided documents.
I can't find the answer in the given passages.
I could not find any information about the warranty in the documents.
I couldn't find this in the passages.
I was unable to find an answer in the documents.
I'm unable to answer that from the context provided.
I am sorry, but the documents do not contain this information.
Sorry, the passages don't mention the price.
Unfortunately, the provided context does not include the answer.
The documents do not mention who signed the agreement.
The provided passages do not specify the delivery date.
The context does not say how many people attended.
The text doesn't state the author's age.
None of the passages mentions the director's name.
None of the documents answers this question.
Neither passage contains the answer.
There is no information about the fee in the documents.
There is no mention of a refund in the text.
There's nothing about parking in the provided documents.
There is not enough information to answer the question.
There isn't enough information in the passages to answer.
The answer is not in the documents.
The answer cannot be found in the provided passages.
The answer is not given in the context.
This information is not provided in the documents.
That information is not available in the passages.
This is not mentioned in the text.
It is not stated in the documents.
It is not specified in the provided passages.
The question cannot be answered from the given context.
The question can't be answered with the information provided.
This cannot be determined from the documents.
It is impossible to tell from the passages.
It's not possible to determine this from the context.
Based on the provided documents, I cannot determine the answer.
Based on the context, there is no information about his salary.
The passages provide no information on this topic.
The documents contain no details about the budget.
The text says nothing about the number of employees.
The sources give no answer to this.
No information found.
No answer found in the documents.
No relevant information is available.
No such information is given in the documents.
I have no information on that.
I don't have enough information to answer this question.
I do not have access to that information.
Insufficient information.
Not mentioned in the text.
Not specified.
N/A
Unanswerable.
I found no mention of this. Please try rephrasing your question.
The documents don't contain this. You may want to consult the manual.
""".strip().splitlines()

#: Answers, though they deny something or speak of documents.
ANSWERS = """
Договор не предусматривает штрафа за отказ от приёмки.
В договоре нет пункта о неустойке.
Нет, отпуск не переносится.
Нет.
Утечек газа не обнаружено.
Комиссия не нашла нарушений.
Сотрудник не обязан предъявлять документ.
Документ подписывает директор, а не бухгалтер.
Документы хранятся в архиве пять лет.
В документе указано, что срок составляет 30 дней.
В тексте сказано, что поставка запланирована на май.
Информация о клиентах не разглашается.
Сведения о сотрудниках не передаются третьим лицам.
Данные не сохраняются после выхода из программы.
Ответ нужно дать в течение десяти дней.
Если ответа нет, заявление считается принятым.
Отсутствие ответа означает согласие.
В документах нет опечаток, поэтому их приняли.
Не указан только номер кабинета, остальное есть: вход со двора, второй этаж.
Цена не указана в счёте, но в договоре она составляет 500 рублей.
В отрывках нет точной даты, но сказано, что работы начнутся в мае.
К сожалению, рейс отменён.
К сожалению, скидка на срочные заказы не действует.
Я не могу прийти в пятницу, сказал Павел.
Павел сказал, что не знает, когда придёт бумага.
Никто не знает точного числа погибших.
Без трёх подписей тираж не печатают.
Недостаточно одной подписи: нужны три.
Недостаточно прав для открытия файла означает, что нужно войти как администратор.
Нет информации о погоде без запроса к серверу; запрос стоит один рубль.
Материалы предоставляет заказчик.
Источник питания не входит в комплект.
Источник тепла отсутствует, поэтому склад не отапливают.
Текст не должен превышать двух страниц.
Текст договора не подлежит изменению.
В контексте статьи слово «кран» означает подъёмное устройство.
Фрагмент стены не сохранился.
Отрывок из романа не вошёл в сборник.
По почте показания не принимаются.
Возврат невозможен.
Определить массу без весов нельзя.
Ответственность за груз несёт поставщик.
Упоминание имени автора обязательно.
Указания мастера не обсуждаются.
Необходимо предоставить документы, подтверждающие доход.
Не найдено ни одного дефекта.
Найти замену не удалось, концерт отменили.
Пожалуйста, передайте показания до 25 числа.
Если у вас нет пропуска, обратитесь в кабинет 104.
Попробуйте перезагрузить прибор.
В первом документе срок не указан, во втором он равен 14 дням.
The contract does not mention a penalty.
The contract does not contain a termination clause.
No, the lease cannot be terminated early.
No.
No structural damage was found.
No information may be disclosed to third parties.
No answer within ten days counts as consent.
The tenant may not sublet the workshop.
The board did not propose a dividend.
The inspector could not find the key.
Nobody knows who built the bridge.
She said that she did not know the date.
I don't know, said the driver when he was asked.
The document must be signed by the director.
The documents are kept in the archive for five years.
The documents do not need a stamp.
The document says that the fee is 40 pounds.
The text must not exceed two pages.
The text does not fit on one page, so it was shortened.
The passage through the strait is not possible in winter.
The passages do not give the exact date, but the work began in May.
The source does not name him, however it says that a captain was present.
There is no lift in the building.
There is no charge for children.
There is not enough water in the tank.
There is nothing in the box.
There is no mention of the king after 1215, when the chronicle ends with his death at Windsor.
Not all passengers were insured.
Not until 1954 was the bridge painted grey.
Unfortunately, the flight was cancelled.
Sorry, the discount does not apply to express orders.
It is not possible to enter without a ticket.
It is not included in the price.
It is not mentioned in the will, which was written in 1901, but in the codicil.
The information is confidential.
The information desk is on the ground floor.
Information about customers is not shared.
The details are given in annex B.
The answer is 42.
The answer is given in the text.
This information can be found in the documents.
It is stated in the passages.
Ответ содержится в документах.
Информация приведена в тексте.
The answer must reach the office by 1 May.
The question was put to a vote and rejected.
I cannot attend on Friday, wrote the mayor.
The sample provided no reliable data on mercury, so the test was repeated in June.
The source of the Nile could not be found for centuries.
Insufficient lighting caused the accident.
The context menu does not contain the command "Save".
Please return the form by 3 May.
If you lose your pass, go to room 104.
Try switching the machine off and on again.
Neither party may assign the contract.
None of the windows was open.
The author does not say it outright, but the thief is the butler.
Access to that information is restricted to managers.
""".strip().splitlines()
