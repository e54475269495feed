"""What the app says is in the catalogues, and it speaks as many languages as the server."""

import json
import re

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
