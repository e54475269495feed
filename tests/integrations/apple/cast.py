"""A pass, and what is needed to make it and to look into it."""

import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from loyalnest.integrations import apple
from loyalnest.kernel import clock
from loyalnest.wallet import PassColours, PassContent, PassStage, PassTexts

ENGLISH = PassTexts(
    program="Coffee card",
    description="Stamp card of Café Nord: 4 of 10",
    stamps_label="Stamps",
    stamps="4 / 10",
    next_label="Next",
    next="Cookie: 1 more stamp",
    due_label="Rewards",
    due="",
    holder_label="Name",
    number_label="Card",
    rewards_label="Rewards",
    rewards="5: Cookie\n10: Free coffee",
    how_label="At the counter",
    how="Show the code. Staff scan it.",
    expires_label="Good until",
    changed_stamps="You now have %@ stamps.",
    changed_due="Waiting for you: %@",
)
GERMAN = replace(
    ENGLISH,
    stamps_label="Stempel",
    next_label="Als Nächstes",
    next="Keks: noch 1 Stempel",
    due_label="Wartet auf Sie",
    rewards_label="Prämien",
    rewards='5: Keks\n10: Kaffee „gratis" \\o/',
    changed_stamps="Sie haben jetzt %@ Stempel.",
)
ARABIC = replace(ENGLISH, program="بطاقة القهوة", stamps_label="الأختام", next="كعكة: ختم واحد")
CONTENT = PassContent(
    serial="pas_0123456789abcdef",
    organisation="Café Nord",
    collected=4,
    needed=10,
    stages=(PassStage(5, "Cookie"), PassStage(10, "Free coffee")),
    due=(),
    holder="Anna Archer",
    number="7K3QM-X9D2V",
    code="LN1.P.AB12.7K3QMX9D2V.4.0123456789ABCDEF",
    colours=PassColours("#0b6e5e", "#ffffff", "#d5ece8"),
    logo=None,
    language="en",
    texts={"en": ENGLISH, "de": GERMAN},
    service_url="https://nest.example/wallet/apple",
    token="0123456789abcdef0123456789abcdef",
)


@cache
def certificates() -> Path:
    """A folder with a set of certificates, made once a run."""
    folder = Path(mkdtemp(prefix="loyalnest-tests-apple-"))
    apple.trial.make(folder, now=clock.now())
    return folder


def identity() -> apple.Identity:
    return apple.read(apple.trial.place(certificates()), now=clock.now())


@cache
def maker() -> apple.ApplePasses:
    return apple.ApplePasses(identity(), clock.now)


@dataclass(frozen=True)
class Opened:
    """A pass, unpacked by the standard library."""

    archive: bytes
    files: dict[str, bytes]
    compression: frozenset[int]

    @property
    def form(self) -> dict[str, Any]:
        return json.loads(self.files["pass.json"])

    @property
    def manifest(self) -> dict[str, str]:
        return json.loads(self.files["manifest.json"])

    def fields(self) -> dict[str, dict[str, Any]]:
        """All fields by their keys, each of which is there once."""
        groups: Sequence[list[dict[str, Any]]] = list(self.form["storeCard"].values())
        every = [field for group in groups for field in group]
        assert len({field["key"] for field in every}) == len(every)
        return {field["key"]: field for field in every}

    def strings(self, folder: str) -> dict[str, str]:
        """What a phone of that language reads for each text."""
        raw = self.files[f"{folder}.lproj/pass.strings"]
        assert raw.startswith(b"\xff\xfe")
        pairs = (line.split('" = "') for line in raw.decode("utf-16").split(";\n") if line)
        return {_read(key[1:]): _read(text[:-1]) for key, text in pairs}

    def shown(self, folder: str, text: str) -> str:
        return self.strings(folder).get(text, text)

    def write(self, folder: Path) -> Path:
        """Put the files into a folder."""
        for name, body in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        return folder


def made(content: PassContent = CONTENT) -> Opened:
    return opened(maker().make(content))


def opened(archive: bytes) -> Opened:
    with zipfile.ZipFile(BytesIO(archive)) as file:
        assert file.testzip() is None
        listed = file.infolist()
        files = {it.filename: file.read(it) for it in listed}
    assert len(files) == len(listed)
    return Opened(archive, files, frozenset(it.compress_type for it in listed))


def _read(written: str) -> str:
    return written.replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")
