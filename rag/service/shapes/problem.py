"""What goes wrong, as problem+json."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Fault(BaseModel):
    """Something in a request that its address does not take."""

    where: Annotated[str, Field(examples=["body.question"])]
    what: Annotated[str, Field(examples=["Field required"])]


class Problem(BaseModel):
    """Why a request was not served (RFC 9457), with the codes of the command line.

    `code` is for programs, `detail` says what happened, `hint` what to do next.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "required": ["type", "title", "status", "detail", "hint", "code", "exit_code"]
        }
    )

    type: str
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    hint: str
    code: Annotated[str, Field(examples=["no-collection"])]
    exit_code: Annotated[int, Field(description="That of the command line: see docs/json.md")]
    errors: Annotated[list[Fault], Field(description="Of invalid-request alone")] = []
