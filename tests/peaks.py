"""How much memory a model's work takes, counted tensor by tensor on any device."""

from __future__ import annotations

import itertools
import weakref
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class PeakOfTensors(TorchDispatchMode):
    """The most bytes that tensors made within it held at one moment, those of the model left out.

    Counts what operators give, as an accelerator's allocator would: a view counts as the tensor it
    looks at, and one that is gone no longer.
    """

    def __init__(self, model: Any) -> None:
        super().__init__()
        owned = itertools.chain(model.parameters(), model.buffers())
        self._seen = {tensor.untyped_storage()._cdata for tensor in owned}
        self._now = 0
        self.peak = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = func(*args, **(kwargs or {}))
        for tensor in tree_leaves(made):
            if isinstance(tensor, torch.Tensor):
                self._count(tensor.untyped_storage())
        self.peak = max(self.peak, self._now)
        return made

    def _count(self, storage: Any) -> None:
        key, size = storage._cdata, storage.nbytes()
        if key not in self._seen:
            self._seen.add(key)
            self._now += size
            weakref.finalize(storage, self._forget, key, size)

    def _forget(self, key: int, size: int) -> None:
        self._seen.discard(key)
        self._now -= size
