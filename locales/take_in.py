"""Takes in what speakers of a language have read: `python locales/take_in.py de read.json`.

The file is what the dashboard hands out under "Download what was read". What it says otherwise
replaces our text; all of it counts as reviewed, as long as neither it nor the English one changes.
"""

import json
import sys
from pathlib import Path
from typing import Any

from loyalnest import texts

LOCALES = Path(__file__).parent


def main(language: str, file: str) -> int:
    """Take a file in, or say what is wrong with it."""
    faults = take_in(LOCALES, language, json.loads(Path(file).read_text(encoding="utf-8")))
    for key, fault in faults.items():
        sys.stderr.write(f"{key}: {fault}\n")
    return 1 if faults else 0


def take_in(folder: Path, language: str, told: dict[str, dict[str, str]]) -> dict[str, str]:
    """Write a language's catalogue and who has read it anew; nothing if there are faults."""
    english, ours = (_load(folder / f"{each}.json") for each in ("en", language))
    source = texts.read(english)
    read = texts.read(told)
    after = {
        name: {**words, **{key: it for key, it in told.get(name, {}).items() if key in words}}
        for name, words in ours.items()
    }
    unknown = {key: "NOT_IN_ENGLISH" for key in read if key not in source}
    faults = {**unknown, **texts.faults_of(source, language, texts.read(after))}
    if faults:
        return faults
    becomes = texts.read(after)
    path = folder / "reviewed" / f"{language}.json"
    reviewed = _load(path) if path.is_file() else {}
    reviewed |= {key: texts.fingerprint(source[key], becomes[key]) for key in read}
    _write(folder / f"{language}.json", after)
    _write(path, {key: reviewed[key] for key in source if key in reviewed})
    return {}


def _load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _write(path: Path, content: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
