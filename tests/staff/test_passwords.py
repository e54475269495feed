"""What is stored of a password: enough to tell it, and nothing that is worth stealing."""

import pytest
from argon2 import Type

from loyalnest.staff import passwords
from tests.conftest import STRONG


async def test_a_password_is_stored_as_a_hash_that_is_dear_to_guess(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """RFC 9106's second recommendation, https://www.rfc-editor.org/rfc/rfc9106#section-4."""
    monkeypatch.setattr(passwords, "HASHER", STRONG)
    stored = await passwords.hash_password("correct horse battery")
    assert STRONG.type is Type.ID
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert await passwords.verify(stored, "correct horse battery")
    assert not await passwords.verify(stored, "correct horse batterz")
    assert not await passwords.verify(None, "nobody has this password")
