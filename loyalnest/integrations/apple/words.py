"""What a pass says in several languages, as files that a phone looks words up in.

A phone looks every text of `pass.json` up in the `pass.strings` of the best of its languages that
the pass has a folder for, and shows the text itself where it finds nothing. So `pass.json` is
written in the pass's own language and doubles as the key: whoever speaks none of the others reads
that. The own language has a folder too, or a phone that prefers it would take the next one it
speaks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import lru_cache

from loyalnest.wallet import PassTexts

# Apple's names for languages, where they are others than ours.
_FOLDERS: Mapping[str, str] = {"zh-CN": "zh-Hans"}
_REMEMBERED = 2_000
# Written behind a text to make it another one that looks and sounds the same.
_JOINER = "\N{WORD JOINER}"
_NAMES = tuple(it.name for it in fields(PassTexts))
_ESCAPED = str.maketrans(
    {"\\": "\\\\", '"': '\\"', "\n": "\\n", **{chr(it): None for it in range(32) if it != 10}}
)


class Keys:
    """What `pass.json` says for each text, and by which a phone looks the text up."""

    def __init__(self, own: PassTexts, others: Iterable[PassTexts]):
        """Two texts that are one in the pass's own language and two in another are made to differ,
        for a phone could not tell them apart."""
        others = tuple(others)
        self._meanings: dict[str, tuple[str, ...]] = {}
        self._keys: dict[str, str] = {}
        for name in _NAMES:
            text: str = getattr(own, name)
            meanings = tuple(getattr(it, name) for it in others)
            while text and self._meanings.setdefault(text, meanings) != meanings:
                text += _JOINER
            self._keys[name] = text

    def __getitem__(self, name: str) -> str:
        return self._keys[name]

    def untranslated(self, text: str) -> str:
        """A text that is the same in all languages, told apart from those that are not."""
        meanings = self._meanings.get(text, ())
        return text if all(it == text for it in meanings) else text + _JOINER

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """All of them, with the name of each text."""
        return tuple(self._keys.items())


def folder_of(language: str) -> str:
    """The folder of a language in a pass."""
    return f"{_FOLDERS.get(language, language)}.lproj"


@lru_cache(_REMEMBERED)
def strings(keys: tuple[tuple[str, str], ...], texts: PassTexts) -> bytes:
    """The `pass.strings` of one language. Apple documents UTF-16; the mark says in which order."""
    lines = {key: getattr(texts, name) for name, key in keys if key}
    written = "".join(
        f'"{key.translate(_ESCAPED)}" = "{text.translate(_ESCAPED)}";\n'
        for key, text in lines.items()
    )
    return b"\xff\xfe" + written.encode("utf-16-le")
