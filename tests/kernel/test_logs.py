"""Where log lines go, and that a file of them stays small."""

import json
import subprocess
import sys
from pathlib import Path

_TALK = """
import logging, sys
from pathlib import Path
from loyalnest.kernel import logs
logs.configure(file=Path(sys.argv[1]) if len(sys.argv) > 1 else None)
for number in range(int(sys.argv[2]) if len(sys.argv) > 2 else 1):
    logging.getLogger("talk").info("line %d %s", number, "x" * 10_000)
"""


def talk(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _TALK, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True)


def test_without_a_file_lines_go_to_standard_error_as_json() -> None:
    talked = talk()
    assert talked.stdout == ""
    assert json.loads(talked.stderr)["logger"] == "talk"


def test_a_file_is_rotated_while_it_is_written_and_no_other_user_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "log" / "web.log"
    assert talk(str(file), "7000").stderr == ""
    kept = sorted(file.parent.iterdir())
    assert [path.name for path in kept] == ["web.log", *(f"web.log.{n}" for n in range(1, 6))]
    assert all(path.stat().st_size <= 10_000_000 for path in kept)
    assert json.loads(file.read_text().splitlines()[-1])["event"].startswith("line 6999 ")
    assert file.parent.stat().st_mode & 0o077 == 0
