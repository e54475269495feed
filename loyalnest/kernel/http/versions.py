"""Versions as the API takes them: whoever changes something says what they have read of it."""

from typing import Annotated

from pydantic import Field

ReadVersion = Annotated[
    int | None,
    Field(
        ge=0,
        le=2**31 - 1,
        description="The version you read; another one in force is a conflict.",
    ),
]
"""The version that a change replaces; None: whichever is in force."""
