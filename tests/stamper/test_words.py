"""What the app says is in the catalogues, and it speaks as many languages as the server."""

import json
import re

from loyalnest.kernel.languages import LANGUAGES, RIGHT_TO_LEFT
from tests.tidy.repository import ROOT

SOURCE = ROOT / "web" / "stamper" / "src"
ASKED = re.compile(r'\bsay\(\s*(?:\w+ \? )?"(\w+)"(?: : "(\w+)")?')


def test_every_text_that_the_app_asks_for_exists() -> None:
    own = json.loads((ROOT / "locales" / "en.json").read_text())["stamper"]
    known = {re.sub(r"_(one|other)$", "", name) for name in own}
    asked = {
        name
        for path in [*SOURCE.rglob("*.ts"), *SOURCE.rglob("*.tsx")]
        for names in ASKED.findall(path.read_text())
        for name in names
        if name
    }
    assert len(asked) > 50
    assert asked - known == set()


def test_the_app_and_the_server_speak_the_same_languages() -> None:
    words = (SOURCE / "words.ts").read_text()
    listed, _, rest = words.partition("as const")
    assert re.findall(r'^  "?([\w-]+)"?: "', listed, re.MULTILINE) == list(LANGUAGES)
    backwards = re.search(r"RIGHT_TO_LEFT.+?= \[(.+?)\]", rest)
    assert backwards
    assert set(re.findall(r'"(\w+)"', backwards[1])) == RIGHT_TO_LEFT
