"""OpenAI's protocol as servers of one's own speak it, behind langchain's `BaseChatModel`.

They know the limit of an answer by its older name, `max_tokens`, which `BaseChatOpenAI` sends and
`ChatOpenAI` does not. Imported only once such a server is named: it needs langchain-openai.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_openai.chat_models.base import BaseChatOpenAI
from openai import DefaultAsyncHttpxClient, DefaultHttpxClient, Timeout

from rag.models.servers import as_sent

if TYPE_CHECKING:
    from langchain_core.language_models.base import LanguageModelInput


CONNECT_SECONDS = 10.0


class HeldClient(DefaultHttpxClient):
    """A client that follows no redirect, and on this machine goes through no proxy."""

    def __init__(self, base_url: str, *, local: bool, seconds: float) -> None:
        """`seconds` is how long a server may be silent."""
        super().__init__(
            verify=_is_secure(base_url),
            trust_env=not local,
            follow_redirects=False,
            timeout=Timeout(seconds, connect=min(seconds, CONNECT_SECONDS)),
        )

    def __del__(self) -> None:
        """Leave no connection open behind the last of those who share the client."""
        if not getattr(self, "is_closed", True):
            self.close()


def idle_client(base_url: str) -> DefaultAsyncHttpxClient:
    """The asynchronous client that langchain wants too; nobody asks by it."""
    return DefaultAsyncHttpxClient(verify=_is_secure(base_url), follow_redirects=False)


def _is_secure(base_url: str) -> bool:
    """Whether certificates are needed: over plain http there are none, and to load them is slow."""
    return not base_url.startswith("http:")


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
