"""OpenAI's protocol as servers of one's own speak it, behind langchain's `BaseChatModel`.

They know the limit of an answer by its older name, `max_tokens`, which `BaseChatOpenAI` sends and
`ChatOpenAI` does not. Imported only once such a server is named: it needs langchain-openai.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_openai.chat_models.base import BaseChatOpenAI

from rag.models.servers import as_sent

if TYPE_CHECKING:
    from langchain_core.language_models.base import LanguageModelInput


class ServerChat(BaseChatOpenAI):
    """Asks a server by the chat completions of OpenAI.

    `penalty_name` is what the server calls a repetition penalty, which OpenAI has not.
    `merge_system` sends the system text at the head of the first user message, for a model whose
    chat template refuses a system message.
    """

    repetition_penalty: float | None = None
    penalty_name: str = "repetition_penalty"
    merge_system: bool = False

    def _get_request_payload(
        self, input_: LanguageModelInput, *, stop: list[str] | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        penalty = kwargs.pop("repetition_penalty", self.repetition_penalty)
        payload: dict[str, Any] = super()._get_request_payload(input_, stop=stop, **kwargs)
        payload["messages"] = as_sent(payload["messages"], merge=self.merge_system)
        if penalty is not None:
            payload["extra_body"] = {self.penalty_name: penalty}
        return payload
