"""Models for answer.py: one that costs nothing, one to run beside a bare one, and large ones."""

from __future__ import annotations

import re
import sys
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from measuring import CORPORA, figures, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from rag.models import Model

_PROMPT, _WRITTEN = 400, 96  # tokens
#: A decoder of 62 million weights, about as large as makes a round of seconds on a processor.
_SMALL = {
    "hidden_size": 640,
    "intermediate_size": 1728,
    "num_hidden_layers": 10,
    "num_attention_heads": 10,
    "max_position_embeddings": 2048,
}
#: The shapes of Llama 2, by the names of `rag fit`.
_LARGE = ("llama-2-7b", "llama-2-13b")
_COPIED = 1 << 30  # bytes that are copied to see what the memory gives
_BYTES_A_TOKEN = 4.2  # of UTF-8; vocabularies take about 4 of English, 4 to 5 of Russian
_SENTENCE = re.compile(r"[^.!?\n]{30,}[.!?]")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Written:
    """One text: seconds to its first piece, in all, and its tokens."""

    first: float
    seconds: float
    tokens: int

    @property
    def speed(self) -> float:
        """Tokens a second, the reading of the prompt counted in."""
        return self.tokens / self.seconds


@dataclass(frozen=True, slots=True)
class Decoded:
    """How a model of `weights` bytes wrote on a device whose memory gives `bandwidth`."""

    name: str
    how: str
    speed: float
    weights: int
    bandwidth: float

    @property
    def share(self) -> float:
        """Of the speed at which weights could be read once a token."""
        return self.speed * self.weights / self.bandwidth


# -- a model that costs nothing


def double(tokens: int) -> Model:
    """A model that repeats sentences of its prompt, one in four with another number in it."""
    from langchain_core.language_models.chat_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk, BaseMessage
    from langchain_core.outputs import ChatGenerationChunk, ChatResult

    from rag.models import ByteCounter, Model

    counter = ByteCounter()
    room = round(tokens * _BYTES_A_TOKEN)

    class Repeating(BaseChatModel):
        """Writes word by word, as a model would token by token."""

        @property
        def _llm_type(self) -> str:
            return "repeating"

        def _generate(self, *_: Any, **__: Any) -> ChatResult:
            raise NotImplementedError

        def _stream(self, messages: list[BaseMessage], *_: Any, **__: Any) -> Any:
            for word in answer_of(str(messages[-1].text), room).split(" "):
                yield ChatGenerationChunk(message=AIMessageChunk(content=f"{word} "))

    return Model("repeating", Repeating(), 8192, 512, counter, local=True)


def answer_of(prompt: str, room: int) -> str:
    """Sentences of a prompt of so many bytes together, each with the mark of a passage."""
    said: list[str] = []
    spent = 0
    for number, found in enumerate(_SENTENCE.finditer(prompt)):
        sentence = " ".join(found.group().split())
        if number % 4 == 3:
            sentence = _NUMBER.sub(lambda digits: str(int(digits.group()) + 7), sentence)
        sentence = f"{sentence} [{number % 8 + 1}]"
        said.append(sentence)
        spent += len(sentence.encode())
        if spent > room:
            break
    return " ".join(said)


# -- a model in this process, and the bare one


def checkpoint(folder: Path, words: int = 8000, **sizes: int) -> Path:
    """A decoder of random weights and a tokenizer of corpora/, saved as published ones are.

    `words` is the size of the vocabulary.
    """
    import torch
    from tokenizers import ByteLevelBPETokenizer
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    made = ByteLevelBPETokenizer()
    made.train_from_iterator(
        _texts(), vocab_size=words, special_tokens=["<s>", "</s>"], show_progress=False
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=made._tokenizer, bos_token="<s>", eos_token="</s>"
    )
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer), bos_token_id=0, eos_token_id=None, **{**_SMALL, **sizes}
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _texts() -> list[str]:
    paths = sorted((CORPORA / "meetings").glob("*.txt"))
    return [path.read_text(encoding="utf-8", errors="replace") for path in paths]


def beside(folder: Path, rounds: int, written: int = _WRITTEN) -> list[tuple[Written, Written]]:
    """Texts of the model as it is asked here, each with one of the bare model, in turn.

    Both run the same weights in the same numbers on the same prompts, which all begin differently,
    so that nothing of an earlier one is reused. The first round is thrown away.
    """
    from transformers import AutoModelForCausalLM

    from rag.models import load_model

    asked = load_model(f"transformers:{folder}", max_tokens=written)
    loaded = asked.chat.model  # type: ignore[attr-defined]
    bare = AutoModelForCausalLM.from_pretrained(folder, dtype=loaded.dtype).to(loaded.device).eval()
    text = " ".join(" ".join(_texts()).split())
    pairs = []
    for number in range(rounds + 1):
        question = f"{number} {text[number * 97 :]}"[: 4 * _PROMPT]
        if number % 2:
            plain = _bare(asked, bare, question, written)
            pairs.append((_ours(asked, loaded, question), plain))
        else:
            ours = _ours(asked, loaded, question)
            pairs.append((ours, _bare(asked, bare, question, written)))
    return pairs[1:]


def _ours(asked: Model, loaded: Any, question: str) -> Written:
    from rag.types import Message

    passes = 0

    def count(*_: Any) -> None:
        nonlocal passes
        passes += 1

    hook = loaded.register_forward_hook(count)
    began = time.perf_counter()
    first = 0.0
    for _ in asked.stream([Message("user", question)]):
        first = first or time.perf_counter() - began
    seconds = time.perf_counter() - began
    hook.remove()
    return Written(first, seconds, passes)


def _bare(asked: Model, bare: Any, question: str, written: int) -> Written:
    """`generate` on the ids that the other one is sent, nothing decoded."""
    import torch

    from rag.types import Message

    ids = asked.counter.encode([Message("user", question)])  # type: ignore[attr-defined]
    times: list[float] = []

    class Clock:
        """What `generate` tells of the prompt, then of each token."""

        def put(self, _: Any) -> None:
            times.append(time.perf_counter())

        def end(self) -> None:
            pass

    inputs = torch.tensor([ids], device=bare.device)
    began = time.perf_counter()
    with torch.inference_mode():
        bare.generate(
            inputs,
            attention_mask=torch.ones_like(inputs),
            max_new_tokens=written,
            do_sample=False,
            pad_token_id=0,
            streamer=Clock(),
        )
    return Written(times[1] - began, time.perf_counter() - began, len(times) - 1)


def show_beside(pairs: Sequence[tuple[Written, Written]], least: float) -> bool:
    """Print medians of both and of their ratios in each round; whether all wrote as much."""
    uneven = [pair for pair in pairs if pair[0].tokens != pair[1].tokens]
    if uneven:
        print(f"Not the same number of tokens: {uneven[0]}", file=sys.stderr)
        return False
    ours, bare = zip(*pairs, strict=True)
    rows = []
    for name, texts in (("-m transformers:", ours), ("bare generate", bare)):
        first = median(1000 * text.first for text in texts)
        rows.append((name, f"{first:.0f}", f"{median(text.speed for text in texts):.1f}"))
    print(f"A model in this process, {pairs[0][0].tokens} tokens, {len(pairs)} rounds\n")
    print(table(("model", "first token ms", "tokens a second"), rows))
    print()
    told = (
        ("first token", median(b.first / a.first for a, b in pairs)),
        ("tokens a second", median(a.speed / b.speed for a, b in pairs)),
    )
    print(
        figures(
            (f"{name}, of a bare one", f">= {least}", f"{share:.2f}", share >= least)
            for name, share in told
        )
    )
    print()
    return True


# -- large models on a card


def show_cards() -> None:
    """Print how near decoding comes to the bandwidth of the memory."""
    import torch

    if not torch.cuda.is_available():
        print("no GPU: large models are not tried")
        return
    device = torch.device("cuda")
    bandwidth = measured_bandwidth(device)
    rows = [
        (
            *(each.name, each.how, f"{each.weights / 1e9:.1f}"),
            *(f"{each.speed:.1f}", f"{each.share:.0%}"),
        )
        for name in _LARGE
        if _fits(name)
        for each in decoded(name, _large(name), device, bandwidth)
    ]
    print(f"Decoding on {torch.cuda.get_device_name()}, {bandwidth / 1e9:.0f} GB/s measured\n")
    print(table(("model", "how", "GB", "tokens a second", "of the limit"), rows, words=2))


def measured_bandwidth(device: Any) -> float:
    """Bytes a second that the memory of a device gives: of a copy, what is read and written."""
    import torch

    source = torch.empty(_COPIED, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    best = 0.0
    for _ in range(10):
        _wait(device)
        began = time.perf_counter()
        target.copy_(source)
        _wait(device)
        best = max(best, 2 * _COPIED / (time.perf_counter() - began))
    return best


def _fits(name: str) -> bool:
    from rag.fit import Wanted, answer, present, subject_of

    found = answer(subject_of(name), present()[:1], Wanted("bfloat16", 1024))
    if not found.fits:
        print(f"{name} does not fit {found.parts[0].device}\n")
    return found.fits


def _large(name: str) -> Any:
    from transformers import LlamaConfig

    from rag.fit.subject import published

    shape = {k: v for k, v in published()[name].items() if k not in ("parameters", "model_type")}
    return LlamaConfig(**shape, eos_token_id=None)


def decoded(
    name: str, config: Any, device: Any, bandwidth: float, tokens: int = 128
) -> Iterator[Decoded]:
    """A model of random weights, with a cache that grows, a static one, and a compiled one."""
    import torch
    from transformers import AutoModelForCausalLM

    with device:
        model: Any = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16).eval()
    weights = sum(p.numel() * p.element_size() for p in model.parameters())
    weights -= model.get_input_embeddings().weight.nbytes  # of these one row is read a token
    ways: tuple[tuple[str, dict[str, Any]], ...] = (
        ("growing cache", {}),
        ("static cache", {"cache_implementation": "static", "disable_compile": True}),
        ("static cache, compiled", {"cache_implementation": "static"}),
    )
    for how, options in ways:
        _decode(model, device, tokens, options)  # compiles, and fills what is kept
        reading = _decode(model, device, 1, options)
        whole = _decode(model, device, tokens, options)
        yield Decoded(name, how, (tokens - 1) / (whole - reading), weights, bandwidth)


def _decode(model: Any, device: Any, tokens: int, options: dict[str, Any]) -> float:
    import torch

    ids = torch.randint(5, 1000, (1, _PROMPT), device=device)
    _wait(device)
    began = time.perf_counter()
    with torch.inference_mode():
        model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=tokens,
            do_sample=False,
            pad_token_id=0,
            **options,
        )
    _wait(device)
    return time.perf_counter() - began


def _wait(device: Any) -> None:
    import torch

    if device.type == "cuda":
        torch.cuda.synchronize()
