"""One loaded model that all callers share: token ids in, text out piece by piece.

Callers stand in a queue, first come, first served; one who goes away frees the place. The model
runs in a thread of its own, so a slow reader holds nobody up.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from rag.embed.local import free_memory
from rag.errors import DoesNotFit
from rag.models.failures import is_out_of_memory, mapped
from rag.models.pieces import Detokenizer, Stops
from rag.models.prefix import Prefixes

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from rag.models.options import Drawing

log = logging.getLogger(__name__)

#: A prompt is read in parts of this size once memory ran out: what a layer holds grows with it.
_CHUNK = 256


class Writer:
    """Writes with a model that stays loaded, for any number of threads."""

    def __init__(self, model: Any, tokenizer: Any, name: str, window: int) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._name = name
        self._window = window
        self._decodes_alone = not model.config.is_encoder_decoder
        self._prefixes = Prefixes()
        self._queue = ThreadPoolExecutor(max_workers=1, thread_name_prefix="rag-generate")

    def write(self, ids: list[int], drawing: Drawing) -> Generator[str, None, bool]:
        """The text that follows a prompt, in pieces. Closing the generator stops the model.

        Returns whether the text is as long as it may be, hence perhaps not at its end.

        Raises:
            DoesNotFit: The prompt is longer than the window, or memory ran out twice.
            ModelError: The model fails.
        """
        self._check(len(ids))
        pieces: SimpleQueue[str | None] = SimpleQueue()
        gone = threading.Event()
        job = self._queue.submit(self._work, ids, drawing, pieces.put, gone)
        try:
            job.add_done_callback(lambda _: pieces.put(None))
            while (piece := pieces.get()) is not None:
                yield piece
        finally:
            gone.set()
            if not job.cancel():
                wait([job])
        self._raise(job)
        return job.result()

    def forget(self) -> None:
        """Let go of the prompts that are kept for the next one."""
        self._queue.submit(self._prefixes.clear).result()

    def _check(self, size: int) -> None:
        room = self._window - 1 if self._decodes_alone else self._window
        if size > room:
            raise DoesNotFit(
                f"The prompt has {size} tokens; {self._name} takes {room} with a word of answer",
                "Shorten the question, or use a model with a longer window",
            )

    def _raise(self, job: Future[bool]) -> None:
        if (error := job.exception()) is not None:
            raise mapped(error, self._name, str(self._model.device)) from error

    def _work(
        self,
        ids: list[int],
        drawing: Drawing,
        put: Callable[[str], None],
        gone: threading.Event,
    ) -> bool:
        """Write; where memory runs out, go on once with half of what is left, read in parts.

        Gives whether the model was stopped by the limit.
        """
        if self._decodes_alone:
            most = min(drawing.max_new_tokens, self._window - len(ids))
        else:
            most = drawing.max_new_tokens
        text = _Text(self._tokenizer, drawing.stop, put, gone)
        try:
            self._run(ids, text, drawing, most)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            log.warning("%s ran out of memory; going on with less", self._name)
        else:
            text.end()
            return self._at_limit(text, most)
        self._prefixes.clear()
        free_memory()
        most = len(text.ids) + max(1, (most - len(text.ids)) // 2)
        self._run(ids, text, drawing, most - len(text.ids), _CHUNK)
        text.end()
        return self._at_limit(text, most)

    def _at_limit(self, text: _Text, most: int) -> bool:
        ends = self._model.generation_config.eos_token_id
        ends = ends if isinstance(ends, list) else [ends]
        return len(text.ids) >= most and not text.stopped and text.ids[-1] not in ends

    def _run(
        self, ids: list[int], text: _Text, drawing: Drawing, most: int, chunk: int | None = None
    ) -> None:
        """Let the model write on after a prompt and what it wrote so far."""
        import torch
        from transformers import StoppingCriteriaList

        device = self._model.device
        options = drawing.options()
        said = ids + text.ids if self._decodes_alone else ids
        inputs = torch.tensor([said], device=device)
        if self._decodes_alone:
            cache = self._prefixes.take(said)
            options |= {"past_key_values": cache} if cache is not None else {}
            options |= {"prefill_chunk_size": chunk} if chunk else {}
        elif text.ids:
            told = self._model.generation_config
            start = told.decoder_start_token_id
            begun = [told.bos_token_id if start is None else start, *text.ids]
            options["decoder_input_ids"] = torch.tensor([begun], device=device)
        sampled = drawing.temperature > 0
        cards = [device] if device.type == "cuda" else []
        with torch.random.fork_rng(devices=cards, enabled=sampled), torch.inference_mode():
            if sampled and drawing.seed is not None:
                torch.manual_seed(drawing.seed)
            written = self._model.generate(
                inputs,
                attention_mask=torch.ones_like(inputs),
                max_new_tokens=most,
                stopping_criteria=StoppingCriteriaList([text.reader(device)]),
                return_dict_in_generate=True,
                **options,
            )
        if self._decodes_alone and written.past_key_values is not None:
            self._prefixes.keep(ids + text.ids, written.past_key_values)


class _Text:
    """What was written so far: every token as it comes, its text handed on."""

    def __init__(
        self,
        tokenizer: Any,
        stop: Sequence[str],
        put: Callable[[str], None],
        gone: threading.Event,
    ) -> None:
        def decode(ids: list[int]) -> str:
            text: str = tokenizer.decode(
                ids, skip_special_tokens=True, clean_up_tokenization_spaces=False
            )
            return text

        self.ids: list[int] = []
        self._detokenizer = Detokenizer(decode)
        self._stops = Stops(stop)
        self._put = put
        self._gone = gone

    @property
    def stopped(self) -> bool:
        """Whether a stop string was met, or the reader went away."""
        return self._stops.met or self._gone.is_set()

    def reader(self, device: Any) -> Callable[..., Any]:
        """A criterion of `generate` that reads each new token, and says whether it was the last.

        A streamer would be called after the criteria, when the next step can no longer be spared;
        the two verdicts are made once, since a tensor a step is time of the device.
        """
        import torch

        verdicts = [torch.tensor([each], device=device) for each in (False, True)]

        def read(input_ids: Any, _scores: Any, **_: Any) -> Any:
            return verdicts[self._add(int(input_ids[0, -1]))]

        return read

    def end(self) -> None:
        """Hand on what was held back."""
        if not self._stops.met:
            self._give(self._stops.add(self._detokenizer.end()))
        if not self._stops.met:
            self._give(self._stops.end())

    def _add(self, token: int) -> bool:
        """Take one token; True ends the writing."""
        self.ids.append(token)
        if piece := self._detokenizer.add(token):
            self._give(self._stops.add(piece))
        return self.stopped

    def _give(self, piece: str) -> None:
        if piece:
            self._put(piece)
