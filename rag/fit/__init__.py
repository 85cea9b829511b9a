"""Whether a model fits the memory there is, told from its files without loading it.

    config       a config.json as sizes
    tensors      a tensor by name and shape
    families     all tensors of a model by its configuration; gpts and llamas are its two halves
    checkpoint   the headers of safetensors files
    gguf         the head of a GGUF file
    subject      a name to a configuration and tensors; shapes of published models
    weights      bytes of weights, in a number format or quantised
    cache        bytes of keys and values
    activations  bytes of work while a prompt is read
    encoders     bytes of embedder and reranker
    devices      cards and processors, present or named
    estimate     what lies where, the largest context, the number of cards, the quantisation
    asking       what a person asks, with what is set
    refuse       what a model is refused with before it is loaded

Imports neither torch nor transformers.
"""

from __future__ import annotations

from rag.fit.asking import Question, ask, devices_here
from rag.fit.devices import Device, named, present, processor
from rag.fit.estimate import Answer, Need, Parts, Wanted, answer, need_of
from rag.fit.refuse import lacking
from rag.fit.subject import Subject, subject_of

__all__ = [
    "Answer",
    "Device",
    "Need",
    "Parts",
    "Question",
    "Subject",
    "Wanted",
    "answer",
    "ask",
    "devices_here",
    "lacking",
    "named",
    "need_of",
    "present",
    "processor",
    "subject_of",
]
