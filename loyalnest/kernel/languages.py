"""Choosing among the languages that something was written in."""

from collections.abc import Mapping


def said_in(language: str | None, texts: Mapping[str, str], otherwise: str) -> str:
    """The text in a language, else in the one it is a kind of (`pt-BR`: `pt`), else `otherwise`."""
    if language is None:
        return otherwise
    wanted = language.lower()
    known = {tag.lower(): text for tag, text in texts.items()}
    return known.get(wanted) or known.get(wanted.partition("-")[0]) or otherwise
