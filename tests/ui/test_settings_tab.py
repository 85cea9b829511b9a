"""The settings on the page: what is chosen, what it costs, what is saved, what counts then."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from model_doubles import scripted
from page_driver import FACT, FILES, html, open_page, sound
from streamlit.testing.v1 import AppTest
from tiny_models import CHAT_TEMPLATE, make_embedder, make_llama

from rag import config
from rag.config import Settings
from rag.desk import Desk, choosing
from rag.fit import Device, Question, ask
from rag.models.nearby import Nearby
from rag.types import Answer, LeftOut, Part, Receipt
from ui.meter import Share, bar, table
from ui.page import open_desk
from ui.settings import fitting, holding
from ui.settings.budget import window_bar
from ui.texts import TEXTS
from ui.texts import settings as words
from ui.visit import Visit

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

SECONDS = 60


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    make_llama(folder / "llama", CHAT_TEMPLATE)
    make_embedder(folder / "finder")
    return folder


@pytest.fixture(autouse=True)
def alone(home: Path, tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is set but the folder of models, nothing lies in a cache, nothing is kept."""
    assert home
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    (tmp_path / "rag.toml").write_text(
        f'# где модели\nmodels_folder = "{models}"\n', encoding="utf-8"
    )
    holding.here.clear()
    fitting.devices.clear()


def settings_tab(locale: str = "en-US", more: bool = False) -> AppTest:
    """The page with the tab open; `more` opens what is folded."""
    language = "ru" if locale.startswith("ru") else "en"
    at = open_page(locale)
    at.session_state[f"tab-{language}"] = TEXTS[language]["settings"]
    for panel in ("set-more", "set-here") if more else ():
        at.session_state[panel] = True
    return sound(at.run())


def labelled(boxes: Any, label: str) -> Any:
    return next(box for box in boxes if box.label == label)


def press(page: AppTest, key: str) -> AppTest:
    page.button(key).click()
    return sound(page.run())


def tables(page: AppTest) -> list[str]:
    return [block.value for block in page.get("html") if "<table" in block.value]


def cells(table: str) -> list[list[str]]:
    rows = table.partition("<tbody>")[2].split("</tr>")[:-1]
    return [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in rows]


def choose(page: AppTest, label: str, value: str) -> AppTest:
    labelled(page.selectbox, label).set_value(value)
    return sound(page.run())


def kept() -> Settings:
    return config.load({}).settings


def captions(page: AppTest) -> str:
    return "\n".join(each.value for each in page.caption)


def llama(models: Path) -> str:
    return f"transformers:{models / 'llama'}"


def test_no_model_is_the_first_choice_and_is_explained() -> None:
    page = settings_tab()
    box = labelled(page.selectbox, "Language model")
    assert (box.value, box.options[0]) == ("", "No model: verbatim answers")
    assert "word for word" in captions(page)
    assert not html(page, "meter")


def test_a_choice_is_saved_counts_at_once_and_keeps_the_comments(
    models: Path, tmp_path: Path
) -> None:
    page = choose(settings_tab(), "Language model", llama(models))
    assert kept().model == ""
    assert "model → transformers:" in captions(page).replace("\\", "")
    page = press(page, "set-save")
    assert kept().model == llama(models)
    assert open_desk(tmp_path / "home").settings.model == llama(models)
    assert (tmp_path / "rag.toml").read_text(encoding="utf-8").startswith("# где модели\n")
    assert "set-save" not in [button.key for button in page.button]


def test_what_is_chosen_can_be_discarded() -> None:
    page = settings_tab(more=True)
    labelled(page.number_input, "Temperature").set_value(0.5)
    page = press(sound(page.run()), "set-discard")
    assert labelled(page.number_input, "Temperature").value == 0
    assert not [button for button in page.button if button.key == "set-save"]


def test_a_saved_setting_goes_back_to_its_default(tmp_path: Path) -> None:
    config.save({"temperature": 0.5})
    page = settings_tab(more=True)
    assert labelled(page.number_input, "Temperature").value == 0.5
    assert "`temperature` · from rag.toml" in captions(page)
    page = press(press(page, "set-reset-temperature"), "set-save")
    assert labelled(page.number_input, "Temperature").value == 0
    assert "temperature" not in (tmp_path / "rag.toml").read_text(encoding="utf-8")


def test_what_the_environment_sets_is_told_and_cannot_be_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RAG_TEMPERATURE", "0.7")
    page = settings_tab(more=True)
    assert labelled(page.number_input, "Temperature").disabled
    assert "RAG_TEMPERATURE" in captions(page)


def test_what_the_command_line_sets_cannot_be_chosen_either() -> None:
    configured = config.load({"temperature": 0.7})
    assert choosing.origin(configured, "temperature") == "flag"
    assert choosing.changing(configured, {"temperature": 0.1, "seed": 1}) == {"seed": 1}
    assert choosing.effective(configured, {"temperature": None, "seed": 1}).temperature == 0.7


def test_a_file_that_cannot_be_written_is_told_and_the_choice_stays(tmp_path: Path) -> None:
    (tmp_path / "rag.toml").chmod(0o444)
    page = settings_tab(more=True)
    labelled(page.number_input, "Passages for a question").set_value(5)
    page = press(sound(page.run()), "set-save")
    assert page.error
    assert kept().passages == 8
    assert labelled(page.number_input, "Passages for a question").value == 5


def test_every_setting_can_be_chosen_and_saved() -> None:
    page = settings_tab(more=True)
    wanted = {"temperature": 0.5, "top_p": 0.9, "repetition_penalty": 1.1, "seed": 3}
    wanted |= {"max_tokens": 99, "stop": "Q|W", "passages": 4, "device": "cpu", "dtype": "float32"}
    wanted |= {"ocr": "never", "languages": "rus", "me": "Анна", "history": False}
    for name, value in wanted.items():
        box = next(
            each
            for kind in (page.number_input, page.text_input, page.selectbox, page.toggle)
            for each in kind
            if each.label == TEXTS["en"][f"set_{name}"]
        )
        box.set_value(value)
    press(sound(page.run()), "set-save")
    assert {name: getattr(kept(), name) for name in wanted} == wanted
    named = {name for names in choosing.GROUPS.values() for name in names}
    assert named - {"models_folder"} == wanted.keys()


def test_the_bar_has_the_numbers_of_rag_fit(
    models: Path, rag_json: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = Device("Card 8GB", "cuda", 8_000_000_000, 7_654_321_000, 600_000_000)
    monkeypatch.setattr("rag.fit.asking.present", lambda: [card])
    page = choose(settings_tab(), "Language model", llama(models))
    told = rag_json("fit", llama(models))
    [device] = told["devices"]
    [meter] = html(page, "meter")
    for name in ("weights", "cache", "activations", "overhead", "free"):
        assert f"<b>{device[name] / 1e9:.2f} GB</b>" in meter, name
    assert f"Card 8GB: {device['size'] / 1e9:.2f} GB free" in meter
    assert f"context of {told['context']:,} tokens" in page.success[0].value


@pytest.fixture
def rag_json(capsys: pytest.CaptureFixture[str]) -> Any:
    from rag.cli import run

    def asked(*arguments: str) -> Any:
        capsys.readouterr()
        run([*arguments, "--json"])
        return json.loads(capsys.readouterr().out)

    return asked


def test_the_bar_follows_window_and_quantisation(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.fit.asking.present", list)
    monkeypatch.setattr("rag.fit.devices._memory", lambda: (10**9, 10**9))
    page = choose(settings_tab(), "Language model", llama(models))
    assert "2,048 tokens" in page.success[0].value
    labelled(page.number_input, "Window, tokens").set_value(700)
    page = choose(page, "Smaller weights", "int8")
    assert "700 tokens" in page.success[0].value
    settings = Settings(model=llama(models), window=700)
    found = ask(Question(llama(models), quantize="int8"), settings)[1]
    assert fitting.reckoned(choosing.effective(config.load({}), page_choices(page)))[1] == found
    labelled(page.number_input, "Window, tokens").set_value(7000)
    page = sound(page.run())
    assert "reads at most 2048" in page.error[0].proto.title


def page_choices(page: AppTest) -> dict[str, Any]:
    return dict(page.session_state["set-choices"])


def test_a_model_that_does_not_fit_is_told_with_a_way_out(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.fit.asking.present", list)
    monkeypatch.setattr("rag.fit.devices._memory", lambda: (10**9, 500_100_000))
    page = choose(settings_tab("ru-RU"), "Языковая модель", llama(models))
    [meter] = html(page, "meter over")
    assert "не хватает" in meter
    assert "Не помещается" in page.warning[0].value


def test_a_model_is_tried_and_its_speed_told(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = scripted("Я отвечаю по вашим документам, и только по ним.")
    monkeypatch.setattr("rag.app.parts.Parts._load_model", lambda _: said)
    page = press(choose(settings_tab(), "Language model", llama(models)), "set-try")
    _, trial = page.session_state["set-trial"]
    assert trial.wait(SECONDS)
    page = sound(page.run())
    assert "Я отвечаю" in "".join(text.value for text in page.text)
    assert "tokens a second" in captions(page)
    page = choose(page, "Language model", "")
    assert "tokens a second" not in captions(page)


def test_a_try_that_fails_names_the_next_step(tmp_path: Path) -> None:
    config.save({"model": f"transformers:{tmp_path / 'gone'}"})
    page = press(settings_tab(), "set-try")
    assert page.session_state["set-trial"][1].wait(SECONDS)
    page = sound(page.run())
    assert any("gone" in error.proto.title + error.value for error in page.error)


def test_servers_are_looked_for_when_asked_and_come_with_their_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []

    def look() -> tuple[Nearby, ...]:
        asked.append(1)
        return (Nearby("vLLM", "qwen <b>", "openai:qwen <b>", "http://127.0.0.1:8000/v1"),)

    monkeypatch.setattr(holding, "look", look)
    page = settings_tab()
    assert not asked
    page = choose(press(page, "set-look"), "Language model", "openai:qwen <b>")
    press(page, "set-save")
    assert (kept().model, kept().base_url) == ("openai:qwen <b>", "http://127.0.0.1:8000/v1")
    page = choose(settings_tab(), "Language model", "")
    press(page, "set-save")
    assert (kept().model, kept().base_url) == ("", "")


def test_a_model_that_is_not_listed_is_typed() -> None:
    page = choose(settings_tab(), "Language model", "other")
    labelled(page.text_input, "Model").set_value("openai:gpt")
    page = sound(page.run())
    assert labelled(page.selectbox, "Language model").value == "openai:gpt"
    labelled(page.text_input, "Address of the server").set_value("http://127.0.0.1:9/v1")
    press(sound(page.run()), "set-save")
    assert (kept().model, kept().base_url) == ("openai:gpt", "http://127.0.0.1:9/v1")


def test_another_embedder_is_moved_to_behind_the_page(models: Path, tmp_path: Path) -> None:
    (tmp_path / "отпуск.txt").write_bytes(FILES["отпуск.txt"])
    desk = open_desk(tmp_path / "home")
    desk.settle(kept())
    desk.app().ingest([tmp_path / "отпуск.txt"])
    page = choose(settings_tab(), "Search by meaning (embedder)", str(models / "finder"))
    page = press(page, "set-move-begin")
    assert desk.move is not None
    assert desk.move.wait(SECONDS)
    page = sound(page.run())
    assert "the index is built" in page.success[0].value
    assert kept().embedder == str(models / "finder")
    assert labelled(page.selectbox, "Search by meaning (embedder)").value == kept().embedder
    assert desk.app().embedder.identity.provider != "builtin"


def test_what_is_here_is_listed_with_size_and_whether_it_fits() -> None:
    page = settings_tab("ru-RU", more=True)
    [table] = tables(page)
    assert [(name, task, fit) for name, task, _, fit, *_ in cells(table)] == [
        ("finder", "искать по смыслу", "да"),
        ("llama", "писать ответы", "да"),
    ]


def asked(page: AppTest, desk: Desk, question: str) -> AppTest:
    """The page of somebody who has asked this."""
    held = desk.talks.begin()
    assert held.ask(desk.app(), question).wait(SECONDS)
    page.query_params["talk"] = page.session_state["told"] = held.id
    return sound(page.run())


def test_the_budget_of_the_last_question_is_that_of_its_receipt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = scripted(f"{FACT} [1]")
    monkeypatch.setattr("rag.app.parts.Parts._load_model", lambda _: said)
    config.save({"model": "transformers:double"})
    (tmp_path / "kettle.pdf").write_bytes(FILES["kettle.pdf"])
    desk = open_desk(tmp_path / "home")
    desk.settle(kept())
    desk.app().ingest([tmp_path / "kettle.pdf"])
    page = settings_tab()
    assert "Ask something" in page.info[-1].value
    page = asked(page, desk, "When does the kettle boil?")
    held = desk.talks.get(page.session_state["told"])
    assert held is not None
    answer = held.turns[-1].answer
    assert answer is not None
    receipt = answer.receipt
    assert receipt is not None
    [table] = tables(page)
    assert [row[1] for row in cells(table)] == [f"{part.tokens:,}" for part in receipt.parts]
    assert any(row[3].startswith("kettle.pdf, p. ") for row in cells(table))
    assert any(f"Window: {receipt.window:,} tokens." in meter for meter in html(page, "meter"))


def test_without_a_model_the_budget_says_why_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "отпуск.txt").write_bytes(FILES["отпуск.txt"])
    desk = open_desk(tmp_path / "home")
    desk.settle(kept())
    desk.app().ingest([tmp_path / "отпуск.txt"])
    page = asked(settings_tab("ru-RU"), desk, "На сколько дней переносится отпуск?")
    assert "она не названа" in captions(page)
    assert "Выбрать модель можно выше" in captions(page)


def test_parts_of_a_kind_are_one_share_of_the_window() -> None:
    parts = (
        Part("template", 10),
        Part("system", 90),
        Part("passage 1", 500),
        Part("passage 2", 100),
    )
    left = (LeftOut("passage 3", 50, "does not fit the window"),)
    receipt = Receipt(
        (*parts, Part("question", 50)), 750, 1000, 200, "any", exact=True, left_out=left
    )
    visit = Visit(None, None, "", "ru", TEXTS["ru"])  # type: ignore[arg-type]
    shown = window_bar(receipt, visit)
    for label, said in (
        ("указания", "100 (10,0 %)"),
        ("отрывки", "600 (60,0 %)"),
        ("вопрос", "50 (5,0 %)"),
        ("на ответ", "200 (20,0 %)"),
        ("свободно", "50 (5,0 %)"),
    ):
        assert f"{label} <b>{said}</b>" in shown
    assert Answer("").receipt is None


def test_bars_and_tables_show_names_as_they_are_written() -> None:
    shown = bar("<b>card</b>", [Share("free", "<u>", 1, "<script>")]) + table(["<u>"], [["<p>"]])
    assert not [mark for mark in ("<b>card", "<script>", "<u>", "<p>") if mark in shown]


def test_both_languages_have_the_same_words_and_no_english_is_left() -> None:
    russian, english = words.TEXTS["ru"], words.TEXTS["en"]
    assert russian.keys() == english.keys()
    for name, text in russian.items():
        assert text.count("{}") == english[name].count("{}"), name
        assert text != english[name], name
