"""Words of the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.words import Language

_RU = {
    "set_model_head": "Кто отвечает",
    "set_model": "Языковая модель",
    "set_no_model": "Без модели: дословные ответы",
    "set_no_model_why": (
        "Ответ составляется из предложений самих документов, слово в слово. Ничего не нужно"
        " устанавливать, отвечает сразу и не может ничего выдумать. Модель нужна, чтобы ответ был"
        " пересказан своими словами; тогда каждое её предложение проверяется по документам."
    ),
    "set_server_why": "Отвечает другая программа: {}. Вопрос и найденные отрывки уходят туда.",
    "set_none_here": (
        "Моделей на этой машине не видно, и это не помеха: ответы дословны. Чтобы модель появилась,"
        " положите её папку в папку моделей (она выбирается в разделе «Ещё») или запустите Ollama,"
        " llama.cpp либо vLLM и нажмите «Поискать серверы»."
    ),
    "set_no_folder": "Папки моделей {} нет. Выберите другую в разделе «Ещё» или создайте её.",
    "set_look": "Поискать серверы на этой машине",
    "set_look_help": (
        "Спросит 127.0.0.1: Ollama, llama.cpp, vLLM, LM Studio, KoboldCpp. Наружу — ничего."
    ),
    "set_looked": "Серверов с моделями: {}.",
    "set_looked_none": (
        "На этой машине никто не ответил. Запустите сервер, например ollama serve, и нажмите"
        " ещё раз."
    ),
    "set_here": "Что есть на этой машине: {}",
    "set_here_fetch": (
        "Модели поиска скачивает команда rag models pull ИМЯ; что советуем, покажет rag models."
    ),
    "set_col_name": "Модель",
    "set_col_task": "Для чего",
    "set_col_size": "Размер",
    "set_col_kind": "Семейство",
    "set_col_languages": "Языки",
    "set_col_licence": "Лицензия",
    "set_col_fits": "Помещается",
    "set_task_model": "писать ответы",
    "set_task_embedder": "искать по смыслу",
    "set_task_reranker": "упорядочивать найденное",
    "set_task_nli": "проверять, следует ли",
    "set_yes": "да",
    "set_no": "нет",
    "set_unknown": "неизвестно",
    "set_mb": "{} МБ",
    "set_other": "Другая: вписать",
    "set_other_spec": "Модель",
    "set_other_why": (
        "Например transformers:/папка/модели, ollama:qwen3:8b или openai:ИМЯ"
        " (адрес сервера — ниже)."
    ),
    "set_gb": "{} ГБ",
    "set_rescan": "Посмотреть заново",
    # does it fit
    "set_fit_head": "Поместится ли в память",
    "set_fit_on": "{}: свободно {} ГБ",
    "set_fit_weights": "веса",
    "set_fit_cache": "кеш",
    "set_fit_activations": "работа",
    "set_fit_overhead": "программа",
    "set_fit_embedder": "поиск",
    "set_fit_reranker": "порядок",
    "set_fit_free": "остаётся",
    "set_fit_over": "не хватает",
    "set_fits": "Помещается с контекстом {} токенов.",
    "set_fits_not": "Не помещается с контекстом {} токенов.",
    "set_largest": "Самый длинный контекст, который помещается: {} из {}, которые читает модель.",
    "set_fits_with": "Поместится со сжатыми весами: quantize = {}.",
    "set_cards": "Нужно таких карт: {} ({}).",
    "set_not_counted": "Кеш и работа не посчитаны: у модели нет config.json.",
    "set_loaded": (
        "Эта модель уже загружена: её веса заняли часть памяти, и свободно то, что осталось."
    ),
    "set_fit_elsewhere": "Модель работает в другой программе: память считает она.",
    # try it
    "set_try": "Попробовать",
    "set_try_again": "Попробовать ещё раз",
    "set_try_stop": "Остановить",
    "set_try_question": "Представься одним коротким предложением.",
    "set_try_loading": "Загружаю модель… На это могут уйти минуты.",
    "set_try_ahead": "Модель занята. Перед вами: {}.",
    "set_try_writing": "Модель отвечает…",
    "set_try_stopped": "Остановлено.",
    "set_try_said": "загрузка {} с · первое слово через {} с · {} токенов в секунду",
    "set_try_fast": "загрузка {} с · первое слово через {} с",
    # search
    "set_find_head": "Как ищется",
    "set_embedder": "Поиск по смыслу (эмбеддер)",
    "set_hashed": "Встроенный: без весов, по словам и их частям",
    "set_embedder_why": (
        "Модель находит сказанное другими словами и русский ответ на английский вопрос. Чтобы её"
        " сменить, указатель строится заново: файлы не перечитываются, а старый указатель отвечает,"
        " пока новый не готов."
    ),
    "set_move": "Построить указатель заново",
    "set_moving": "Строю указатель: {} из {} фрагментов, собрание «{}»",
    "set_move_loading": "Загружаю модель поиска…",
    "set_move_waiting": "Библиотеку сейчас меняет кто-то ещё; начну, когда закончит.",
    "set_move_stop": "Прервать",
    "set_moved": "Готово за {} с: указатель построен, выбор сохранён.",
    "set_move_stopped": "Прервано. Сделанное сохранено; отвечает старый указатель.",
    "set_reranker": "Порядок найденного (реранкер)",
    "set_reranker_why": "Перечитывает 30 лучших отрывков вместе с вопросом: точнее, но дольше.",
    "set_nli": "Проверка, следует ли предложение (NLI)",
    "set_nli_why": "Судит, следует ли предложение модели из цитаты, строже, чем сравнение слов.",
    "set_nothing": "Не использовать",
    # the last question
    "set_budget_head": "Последний вопрос: на что ушло окно модели",
    "set_budget_none": (
        "Здесь будет видно, сколько места в окне модели заняли указания, разговор, отрывки и ответ."
        " Задайте вопрос во вкладке «Вопросы»."
    ),
    "set_budget_question": "Вопрос: {}",
    "set_budget_part": "Часть",
    "set_budget_tokens": "Токенов",
    "set_budget_share": "Окна, %",
    "set_budget_from": "Откуда",
    "set_budget_sent": "отправлено",
    "set_budget_reserve": "на ответ",
    "set_budget_free": "свободно",
    "set_budget_window": "Окно: {} токенов.",
    "set_budget_left": "Не вошло: {}",
    "set_budget_about": "{}: {}, около {} токенов",
    "set_part_rules": "указания",
    "set_part_history": "разговор",
    "set_part_question": "вопрос",
    "set_part_passages": "отрывки",
    "set_budget_failed": "На последний вопрос ответа не было: {}",
    "set_budget_no_model": "Выбрать модель можно выше.",
    # more
    "set_more": "Ещё",
    "set_writing": "Как пишется ответ",
    "set_finding": "Что находится",
    "set_running": "Где работают модели",
    "set_reading": "Как читаются файлы",
    "set_person": "Вы",
    "set_temperature": "Температура",
    "set_temperature_why": "0 — один и тот же ответ каждый раз; больше — разнообразнее и смелее.",
    "set_top_p": "Доля вероятных слов",
    "set_top_p_why": "Выбирать из самых вероятных слов, составляющих эту долю; 1 — из всех.",
    "set_repetition_penalty": "Штраф за повторы",
    "set_repetition_penalty_why": "Больше 1 — модель реже повторяет сказанное и прочитанное.",
    "set_seed": "Зерно случайности",
    "set_seed_why": "С тем же зерном выйдет тот же ответ; важно при температуре выше 0.",
    "set_max_tokens": "Длина ответа, токенов",
    "set_max_tokens_why": "Самый длинный ответ; не больше четверти окна.",
    "set_stop": "Чем кончается ответ",
    "set_stop_why": "Строки, на которых модель останавливается, через черту |; \\n — новая строка.",
    "set_window": "Окно, токенов",
    "set_window_why": "Сколько модель читает вместе с ответом; 0 — сколько она сама умеет.",
    "set_quantize": "Сжатие весов",
    "set_quantize_why": "int8 и 4bit занимают меньше памяти и отвечают чуть хуже.",
    "set_base_url": "Адрес сервера",
    "set_base_url_why": "Где слушает сервер, например http://127.0.0.1:8000/v1.",
    "set_passages": "Отрывков на вопрос",
    "set_passages_why": "Сколько лучших отрывков берётся для ответа.",
    "set_device": "Устройство",
    "set_device_why": "auto, cpu, cuda, cuda:1, all (все карты) или mps.",
    "set_dtype": "Точность чисел",
    "set_dtype_why": "auto — 16 бит там, где машина в них считает, иначе 32.",
    "set_models_folder": "Папка моделей",
    "set_models_folder_why": "Где лежат модели, каждая в своей папке.",
    "set_ocr": "Распознавание сканов",
    "set_ocr_why": "auto — только страницы без текста, always — все, never — никакие.",
    "set_languages": "Языки распознавания",
    "set_languages_why": "Как их зовёт tesseract, через плюс: rus+eng.",
    "set_me": "Ваше имя",
    "set_me_why": "Чтобы понять «что я обещал»: имя, каким вас зовут на встречах.",
    "set_history": "Помнить вопросы",
    "set_history_why": "Вопросы и ответы хранятся рядом с библиотекой, на этой машине.",
    "set_choice_none": "без сжатия",
    "set_choice_auto": "сама решит",
    "set_choice_always": "всегда",
    "set_choice_never": "никогда",
    "set_origin_default": "по умолчанию",
    "set_origin_file": "из rag.toml",
    "set_origin_environment": "задано переменной {}: она главнее файла, отсюда не изменить",
    "set_origin_flag": "задано в командной строке: она главнее файла, отсюда не изменить",
    "set_reset": "Вернуть по умолчанию: {}",
    "set_reset_all": "Вернуть всё по умолчанию",
    "set_reset_all_why": "Уберёт из rag.toml всё, что можно выбрать на этой странице.",
    # saving
    "set_changed": "Не сохранено: {}",
    "set_to_default": "по умолчанию",
    "set_save": "Сохранить",
    "set_discard": "Отменить",
    "set_saved": "Сохранено в {}. Действует сразу, без перезапуска.",
    "set_where": "Выбор хранится в {}. Всё, что там написано ещё, остаётся как есть.",
    "set_where_new": "Выбор будет сохранён в новый файл {}.",
}
_EN = {
    "set_model_head": "Who answers",
    "set_model": "Language model",
    "set_no_model": "No model: verbatim answers",
    "set_no_model_why": (
        "An answer is made of the documents' own sentences, word for word. Nothing has to be"
        " installed, it comes at once and can make nothing up. A model puts the answer into"
        " words of"
        " its own; each of its sentences is then checked against the documents."
    ),
    "set_server_why": "Another program answers: {}. The question and the passages found go there.",
    "set_none_here": (
        "There is no model in sight on this machine, and none is needed: answers are verbatim. To"
        " have one, put its folder into the folder of models (chosen under “More”), or start"
        " Ollama,"
        " llama.cpp or vLLM and press “Look for servers”."
    ),
    "set_no_folder": "There is no folder {} of models. Choose another under “More”, or make it.",
    "set_look": "Look for servers on this machine",
    "set_look_help": (
        "Asks 127.0.0.1: Ollama, llama.cpp, vLLM, LM Studio, KoboldCpp. Nothing goes out."
    ),
    "set_looked": "Models of servers: {}.",
    "set_looked_none": (
        "Nobody answered on this machine. Start a server, such as ollama serve, and press again."
    ),
    "set_here": "What is on this machine: {}",
    "set_here_fetch": (
        "Models for searching are fetched by rag models pull NAME; rag models shows what is"
        " suggested."
    ),
    "set_col_name": "Model",
    "set_col_task": "What for",
    "set_col_size": "Size",
    "set_col_kind": "Family",
    "set_col_languages": "Languages",
    "set_col_licence": "Licence",
    "set_col_fits": "Fits",
    "set_task_model": "writing answers",
    "set_task_embedder": "searching by meaning",
    "set_task_reranker": "ordering what is found",
    "set_task_nli": "judging what follows",
    "set_yes": "yes",
    "set_no": "no",
    "set_unknown": "not known",
    "set_mb": "{} MB",
    "set_other": "Another one: type it",
    "set_other_spec": "Model",
    "set_other_why": (
        "Such as transformers:/folder/of/the/model, ollama:qwen3:8b or openai:NAME"
        " (its address below)."
    ),
    "set_gb": "{} GB",
    "set_rescan": "Look anew",
    "set_fit_head": "Does it fit the memory",
    "set_fit_on": "{}: {} GB free",
    "set_fit_weights": "weights",
    "set_fit_cache": "cache",
    "set_fit_activations": "working",
    "set_fit_overhead": "program",
    "set_fit_embedder": "embedder",
    "set_fit_reranker": "reranker",
    "set_fit_free": "left",
    "set_fit_over": "too much",
    "set_fits": "Fits with a context of {} tokens.",
    "set_fits_not": "Does not fit with a context of {} tokens.",
    "set_largest": "The largest context that fits: {} of the {} that the model reads.",
    "set_fits_with": "It fits with smaller weights: quantize = {}.",
    "set_cards": "Such cards it takes: {} ({}).",
    "set_not_counted": "Cache and work are not counted: the model has no config.json.",
    "set_loaded": (
        "This model is loaded already: its weights have taken memory, and what is left is free."
    ),
    "set_fit_elsewhere": "The model runs in another program, which counts its own memory.",
    "set_try": "Try it",
    "set_try_again": "Try it again",
    "set_try_stop": "Stop",
    "set_try_question": "Introduce yourself in one short sentence.",
    "set_try_loading": "Loading the model… This may take minutes.",
    "set_try_ahead": "The model is busy. Before you: {}.",
    "set_try_writing": "The model answers…",
    "set_try_stopped": "Stopped.",
    "set_try_said": "loaded in {} s · first word after {} s · {} tokens a second",
    "set_try_fast": "loaded in {} s · first word after {} s",
    "set_find_head": "How it searches",
    "set_embedder": "Search by meaning (embedder)",
    "set_hashed": "Built in: no weights, by words and their parts",
    "set_embedder_why": (
        "A model finds what was said in other words, and a Russian answer to an English"
        " question. To"
        " change it, the index is built anew: no file is read again, and the old index"
        " answers until"
        " the new one is whole."
    ),
    "set_move": "Build the index anew",
    "set_moving": "Building the index: {} of {} chunks, collection “{}”",
    "set_move_loading": "Loading the model that searches…",
    "set_move_waiting": "Somebody else is changing the library; this begins when they are through.",
    "set_move_stop": "Stop",
    "set_moved": "Done in {} s: the index is built, and the choice is saved.",
    "set_move_stopped": "Stopped. What was done is kept; the old index answers.",
    "set_reranker": "Order of what is found (reranker)",
    "set_reranker_why": "Reads the 30 best passages anew with the question: better, and slower.",
    "set_nli": "Whether a sentence follows (NLI)",
    "set_nli_why": (
        "Judges whether a model's sentence follows from its quote, stricter than words do."
    ),
    "set_nothing": "Use none",
    "set_budget_head": "The last question: what took the model's window",
    "set_budget_none": (
        "This will show how much of the model's window the rules, the conversation, the"
        " passages and"
        " the answer took. Ask something under “Questions”."
    ),
    "set_budget_question": "Question: {}",
    "set_budget_part": "Part",
    "set_budget_tokens": "Tokens",
    "set_budget_share": "Window, %",
    "set_budget_from": "From",
    "set_budget_sent": "sent",
    "set_budget_reserve": "for the answer",
    "set_budget_free": "free",
    "set_budget_window": "Window: {} tokens.",
    "set_budget_left": "Left out: {}",
    "set_budget_about": "{}: {}, about {} tokens",
    "set_part_rules": "rules",
    "set_part_history": "conversation",
    "set_part_question": "question",
    "set_part_passages": "passages",
    "set_budget_failed": "The last question got no answer: {}",
    "set_budget_no_model": "A model can be chosen above.",
    "set_more": "More",
    "set_writing": "How an answer is written",
    "set_finding": "What is found",
    "set_running": "Where models run",
    "set_reading": "How files are read",
    "set_person": "You",
    "set_temperature": "Temperature",
    "set_temperature_why": "0 gives the same answer each time; more is more varied and bolder.",
    "set_top_p": "Share of likely words",
    "set_top_p_why": "Draw from the likeliest words that make up this share; 1 is all of them.",
    "set_repetition_penalty": "Penalty on repeating",
    "set_repetition_penalty_why": "Above 1 the model repeats less of what it said and read.",
    "set_seed": "Random seed",
    "set_seed_why": "The same seed draws the same answer; it counts above temperature 0.",
    "set_max_tokens": "Length of an answer, tokens",
    "set_max_tokens_why": "The longest answer; at most a quarter of the window.",
    "set_stop": "What ends an answer",
    "set_stop_why": (
        "Strings that the model stops at, with a bar | between them; \\n is a new line."
    ),
    "set_window": "Window, tokens",
    "set_window_why": "What the model reads, with the answer; 0 is as much as it can.",
    "set_quantize": "Smaller weights",
    "set_quantize_why": "int8 and 4bit take less memory and answer a little worse.",
    "set_base_url": "Address of the server",
    "set_base_url_why": "Where the server listens, such as http://127.0.0.1:8000/v1.",
    "set_passages": "Passages for a question",
    "set_passages_why": "How many of the best passages are taken for an answer.",
    "set_device": "Device",
    "set_device_why": "auto, cpu, cuda, cuda:1, all (every card) or mps.",
    "set_dtype": "Number format",
    "set_dtype_why": "auto is 16 bits where the machine computes in them, else 32.",
    "set_models_folder": "Folder of models",
    "set_models_folder_why": "Where models lie, each in a folder of its own.",
    "set_ocr": "Recognition of scans",
    "set_ocr_why": "auto is pages without text only, always is all of them, never is none.",
    "set_languages": "Languages of recognition",
    "set_languages_why": "As tesseract names them, with a plus: rus+eng.",
    "set_me": "Your name",
    "set_me_why": "To understand “what did I promise”: the name you are called by in meetings.",
    "set_history": "Remember questions",
    "set_history_why": "Questions and answers are kept beside the library, on this machine.",
    "set_choice_none": "as they are",
    "set_choice_auto": "decides itself",
    "set_choice_always": "always",
    "set_choice_never": "never",
    "set_origin_default": "default",
    "set_origin_file": "from rag.toml",
    "set_origin_environment": (
        "set by the variable {}: it counts before the file and is not changed here"
    ),
    "set_origin_flag": "set on the command line: it counts before the file and is not changed here",
    "set_reset": "Back to the default: {}",
    "set_reset_all": "All back to the defaults",
    "set_reset_all_why": "Takes out of rag.toml whatever can be chosen on this page.",
    "set_changed": "Not saved: {}",
    "set_to_default": "default",
    "set_save": "Save",
    "set_discard": "Discard",
    "set_saved": "Saved in {}. It counts at once, without a restart.",
    "set_where": "Choices are kept in {}. Whatever else is written there stays as it is.",
    "set_where_new": "Choices will be saved in a new file, {}.",
}

TEXTS: dict[Language, dict[str, str]] = {"ru": _RU, "en": _EN}
