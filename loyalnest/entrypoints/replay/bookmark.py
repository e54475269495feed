"""How far a replay came, in a small file, so that an interrupted one is taken up again."""

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(slots=True)
class Bookmark:
    """The place before which everything was delivered, and where in time the log was moved to."""

    path: Path
    ends_at: datetime
    place: int = 0

    def save(self) -> None:
        """Write the file, whole or not at all."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        draft.write_text(json.dumps({"ends_at": self.ends_at.isoformat(), "place": self.place}))
        draft.replace(self.path)


def open_bookmark(path: Path, ends_at: datetime) -> Bookmark:
    """The bookmark at `path`; a new one that ends at `ends_at` if there is none to be read."""
    try:
        found = json.loads(path.read_text())
        return Bookmark(path, datetime.fromisoformat(found["ends_at"]), int(found["place"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Bookmark(path, ends_at)
