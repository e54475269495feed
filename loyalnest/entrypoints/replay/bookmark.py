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
    total: int | None = None
    """How many deliveries there are in all, once they were counted."""

    @property
    def finished(self) -> bool:
        """Whether everything was delivered."""
        return self.total is not None and self.place >= self.total

    def save(self) -> None:
        """Write the file, whole or not at all."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        note = {"ends_at": self.ends_at.isoformat(), "place": self.place, "total": self.total}
        draft.write_text(json.dumps(note))
        draft.replace(self.path)


def find_bookmark(path: Path) -> Bookmark | None:
    """The bookmark at `path`; None if there is none to be read."""
    try:
        found = json.loads(path.read_text())
        ends_at, total = datetime.fromisoformat(found["ends_at"]), found["total"]
        return Bookmark(path, ends_at, int(found["place"]), total if total is None else int(total))
    except (OSError, ValueError, KeyError, TypeError):
        return None
