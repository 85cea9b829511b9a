"""Writing with one loaded model: the queue, drawing, stop strings, kept prefixes, little memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
from tiny_models import CHAT_TEMPLATE, make_llama, make_t5, make_tokenizer

import rag.models.generate
from rag.app import App
from rag.config import Settings
from rag.errors import DoesNotFit
from rag.models import Encoder, Model, Sampling, hand_on, load_model
from rag.types import Message

MESSAGES = [
    Message("system", "You answer questions only from the passages."),
    Message("user", "Когда поставщик передаёт насосы?"),
]
LATER = [*MESSAGES, Message("assistant", "15 November."), Message("user", "And who pays?")]
NO_MEMORY = "DefaultCPUAllocator: can't allocate memory: you tried to allocate 512 bytes"


def load(folder: Path, **options: Any) -> Model:
    options = {"max_tokens": 24, "dtype": "float32", "device": "cpu", **options}
    return load_model(f"transformers:{folder}", **options)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_llama(tmp_path_factory.mktemp("llama"), CHAT_TEMPLATE)


@pytest.fixture(scope="module")
def shared(folder: Path) -> Model:
    return load(folder)


@pytest.fixture
def model(shared: Model) -> Model:
    """One model for all tests, as it is after loading."""
    shared.chat.writer.forget()
    return shared


def step_lengths(model: Model) -> list[int]:
    """Of each step from now on, how many tokens the network is fed."""
    lengths: list[int] = []
    model.chat.model.get_input_embeddings().register_forward_pre_hook(
        lambda _layer, inputs: lengths.append(inputs[0].shape[1])
    )
    return lengths


@contextmanager
def before_steps(model: Model, work: Callable[[], None]) -> Iterator[None]:
    hook = model.chat.model.register_forward_pre_hook(lambda *_: work())
    try:
        yield
    finally:
        hook.remove()


def failing(*steps: int) -> Callable[[], None]:
    """Runs out of memory at these steps, counted from 1."""
    count = 0

    def work() -> None:
        nonlocal count
        count += 1
        if count in steps:
            raise RuntimeError(NO_MEMORY)

    return work


# -- the queue


def test_callers_of_many_threads_each_get_their_answer_whole(model: Model) -> None:
    questions = [[*MESSAGES[:1], Message("user", f"Question {n}?")] for n in range(6)]
    alone = [model.write(each) for each in questions]
    together: dict[int, str] = {}

    def ask(number: int) -> None:
        together[number] = model.write(questions[number])

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[n] for n in range(6)] == alone
    assert len(set(alone)) > 1


def wait_for(model: Model, callers: int) -> None:
    """Until so many stand in the queue behind the one that is served."""
    for _ in range(30_000):
        if model.chat.writer._queue._work_queue.qsize() == callers:
            return
        time.sleep(0.001)
    pytest.fail(f"there are no {callers} callers in the queue")


class Interrupted(SimpleQueue):  # type: ignore[type-arg]
    """Where a reader waits who presses Ctrl-C."""

    def get(self, *_: Any) -> Any:
        raise KeyboardInterrupt


def test_who_came_first_is_served_first_and_who_goes_away_frees_the_place(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, going = threading.Event(), threading.Event()
    served: list[int] = []
    lengths = step_lengths(model)

    def hold() -> None:
        held.set()
        assert going.wait(30)

    def ask(number: int) -> None:
        model.write(MESSAGES, Sampling(max_tokens=1))
        served.append(number)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(3)]
    with before_steps(model, hold):
        threads[0].start()
        assert held.wait(30)
        for place in (1, 2):
            threads[place].start()
            wait_for(model, place)
        monkeypatch.setattr(rag.models.generate, "SimpleQueue", Interrupted)
        with pytest.raises(KeyboardInterrupt):
            model.write(LATER)
        monkeypatch.undo()
        going.set()
        for thread in threads:
            thread.join()
    assert served == [0, 1, 2]
    assert lengths == [model.counter.count(MESSAGES), 1, 1]  # nobody's prompt beside theirs
    assert model.write(MESSAGES)


def test_a_reader_that_reads_slowly_holds_nobody_up(model: Model) -> None:
    slow = model.stream(MESSAGES)
    next(slow)
    assert model.write(MESSAGES[1:])
    assert "".join(slow)


def test_an_answer_that_is_closed_ends_at_once(folder: Path) -> None:
    model = load(folder, max_tokens=500)
    lengths = step_lengths(model)
    answer = model.stream(MESSAGES)
    next(answer)
    answer.close()
    steps = len(lengths)
    assert steps < 400
    model.chat.writer.forget()  # comes after whatever would still be written
    assert len(lengths) == steps


def test_one_model_is_loaded_for_all_threads(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(model=f"transformers:{folder}", device="cpu", workers=1)
    app, load_once, loaded = App(settings, tmp_path / "home"), rag.models.load_model, []
    started = threading.Barrier(3)

    def loading(*arguments: Any, **options: Any) -> Model:
        loaded.append(load_once(*arguments, **options))
        return loaded[-1]

    def ask() -> None:
        started.wait()
        assert app.model is loaded[0]

    monkeypatch.setattr(rag.models, "load_model", loading)
    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loaded) == 1


# -- drawing


def test_the_smallest_share_of_the_likeliest_words_is_the_likeliest_word(model: Model) -> None:
    greedy = model.write(MESSAGES)
    drawn = Sampling(temperature=2.0, seed=3)
    assert model.write(MESSAGES, drawn) != greedy
    assert model.write(MESSAGES, replace(drawn, top_p=1e-6)) == greedy


def test_a_penalty_on_repetition_keeps_words_from_coming_again(folder: Path) -> None:
    def written(penalty: float) -> list[int]:
        model, ids = load(folder, repetition_penalty=penalty), []
        model.chat.model.get_input_embeddings().register_forward_pre_hook(
            lambda _layer, inputs: ids.append(int(inputs[0][0, -1]))
        )
        model.write(MESSAGES)
        return ids[1:]

    assert len(set(written(1.0))) < len(written(1.0))
    assert len(set(written(9.0))) == len(written(9.0))


def test_how_a_checkpoint_would_draw_is_not_asked(folder: Path, tmp_path: Path) -> None:
    for each in folder.iterdir():
        (tmp_path / each.name).write_bytes(each.read_bytes())
    told = '{"do_sample": true, "temperature": 1.9, "repetition_penalty": 9.0, "max_length": 20}'
    (tmp_path / "generation_config.json").write_text(told, encoding="utf-8")
    assert load(tmp_path).write(MESSAGES) == load(folder).write(MESSAGES)


def test_writing_ends_before_a_stop_string_and_no_part_of_it_gets_out(model: Model) -> None:
    text = model.write(MESSAGES)
    lengths = step_lengths(model)
    stop = text[len(text) // 2 :][:5]
    assert len(stop) == 5
    pieces = list(model.stream(MESSAGES, Sampling(stop=(stop, "never comes"))))
    assert "".join(pieces) == text[: text.index(stop)]
    assert len(lengths) < 24


def test_a_model_without_a_template_ends_before_the_next_question(tmp_path: Path) -> None:
    model = load(make_llama(tmp_path))
    assert "\nQuestion:" in model.chat.drawing.stop
    assert "\nВопрос:" in model.chat.drawing.stop
    assert "\nPassages." in model.chat.drawing.stop
    ids = model.counter.tokenizer("Friday.\nQuestion: Who?", add_special_tokens=False).input_ids
    force(model, ids)
    assert model.write(MESSAGES) == "Friday."


def force(model: Model, ids: list[int]) -> None:
    """Let a model write these tokens, whatever its weights say."""
    left = list(ids)

    def say(_module: Any, _inputs: Any, output: Any) -> Any:
        output.logits[:, -1] = 0.0
        output.logits[:, -1, left.pop(0)] = 1e3
        return output

    model.chat.model.register_forward_hook(say)


def test_the_end_of_a_turn_ends_an_answer_though_the_checkpoint_does_not_name_it() -> None:
    chat, plain = make_tokenizer(CHAT_TEMPLATE), make_tokenizer()
    turn, own = chat.convert_tokens_to_ids(["<|im_end|>", "</s>"])
    assert Encoder(chat, "tiny").ends() == {turn, own}
    assert Encoder(plain, "tiny").ends() == {own}


def test_a_model_that_was_taught_to_continue_texts_among_other_things_is_asked_to() -> None:
    tokenizer = make_tokenizer()
    tokenizer.add_tokens(["<LM>"], special_tokens=True)
    first = Encoder(tokenizer, "tiny").encode(MESSAGES)[0]
    assert tokenizer.convert_ids_to_tokens(first) == "<LM>"


# -- the window


def test_prompt_and_answer_together_never_outgrow_the_window(folder: Path) -> None:
    model = load(folder, window=100, max_tokens=25)
    lengths = step_lengths(model)
    size = model.counter.count(MESSAGES)
    text = "x" + "!" * (95 - size)
    messages = [MESSAGES[0], Message("user", MESSAGES[1].content + text)]
    assert 90 < model.counter.count(messages) < 100
    model.write(messages)
    assert sum(lengths) <= 100
    longer = [MESSAGES[0], Message("user", MESSAGES[1].content + text * 2)]
    with pytest.raises(DoesNotFit, match="takes 99"):
        model.write(longer)


# -- kept prefixes


def test_only_what_is_new_in_a_conversation_is_read_and_the_answer_stays_the_same(
    model: Model,
) -> None:
    alone = model.write(LATER)
    model.chat.writer.forget()
    model.write(MESSAGES)
    lengths = step_lengths(model)
    assert model.write(LATER) == alone
    known = model.counter.count(MESSAGES)
    assert lengths[0] == model.counter.count(LATER) - known < model.counter.count(LATER)
    del lengths[:]
    assert model.write(LATER) == alone
    assert lengths[0] == 1


def test_what_a_sliding_window_forgot_is_read_again(tmp_path: Path) -> None:
    from transformers import MistralConfig, MistralForCausalLM

    tokenizer = make_tokenizer(CHAT_TEMPLATE)
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
    heads = {"num_attention_heads": 4, "num_key_value_heads": 2, "sliding_window": 24}
    config = MistralConfig(vocab_size=len(tokenizer), **sizes, **heads, pad_token_id=0)
    MistralForCausalLM(config).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    model = load(tmp_path, window=2048)
    alone = model.write(LATER)
    model.write(MESSAGES)
    lengths = step_lengths(model)
    assert model.write(LATER) == alone
    assert lengths[0] == model.counter.count(LATER)


# -- little memory


def test_a_prompt_that_is_too_much_at_once_is_read_in_parts_and_answered_by_half(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model = load(folder)
    long = [MESSAGES[0], Message("user", "насос " * 200)]
    whole = model.write(long)
    model.chat.writer.forget()
    lengths = step_lengths(model)
    with before_steps(model, failing(1)):
        text = model.write(long)
    assert whole.startswith(text)
    size = model.counter.count(long)
    parts = [each for each in lengths if each > 1]
    assert max(parts) <= 256 < sum(parts) <= size
    assert len(lengths) - len(parts) < 12
    assert "going on with less" in caplog.text


@pytest.mark.parametrize("make", [make_llama, make_t5])
def test_an_answer_goes_on_from_where_memory_ran_out(
    make: Callable[[Path], Path], tmp_path: Path
) -> None:
    model = load(make(tmp_path))
    whole = model.write(MESSAGES)
    model.chat.writer.forget()
    with before_steps(model, failing(9)):
        text = model.write(MESSAGES)
    assert whole.startswith(text)
    assert len(model.counter.tokenizer(text)["input_ids"]) >= 9


def test_memory_that_runs_out_twice_ends_with_the_numbers(model: Model) -> None:
    with before_steps(model, failing(1, 2)), pytest.raises(DoesNotFit) as told:
        model.write(MESSAGES)
    assert told.value.exit_code == 6
    assert "0.0 MB more needed" in told.value.message
    assert "free on cpu" in told.value.message
    assert model.write(MESSAGES)


def test_an_answer_says_whether_the_limit_ended_it(folder: Path) -> None:
    model = load(folder)
    pieces: list[str] = []
    ending = hand_on(pieces.append, model.stream(MESSAGES, Sampling(max_tokens=4)))
    assert ending.reason == "length"
    first = "".join(pieces)[0]
    stopped = hand_on(pieces.append, model.stream(MESSAGES, Sampling(stop=(first,))))
    assert stopped.reason == "stop"
