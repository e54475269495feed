"""A folder keeps objects whole, below itself alone."""

import os
from pathlib import Path

import pytest

from loyalnest.kernel.objects import Folder, ObjectsUnavailable

PNG = "image/png"


async def test_what_is_put_is_found_until_it_is_deleted(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "objects")
    await folder.put("passes/ab/cd.pkpass", b"one", media_type=PNG)
    await folder.put("passes/ab/cd.pkpass", b"two", media_type=PNG)
    assert await folder.find("passes/ab/cd.pkpass") == b"two"
    await folder.delete("passes/ab/cd.pkpass")
    await folder.delete("passes/ab/cd.pkpass")
    assert await folder.find("passes/ab/cd.pkpass") is None


async def test_nothing_half_written_is_left_where_writing_fails(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    (tmp_path / "taken").mkdir()  # the name is a folder's, so that nothing can take its place
    with pytest.raises(ObjectsUnavailable):
        await folder.put("taken", b"one", media_type=PNG)
    assert os.listdir(tmp_path) == ["taken"]


async def test_what_can_not_be_deleted_is_said(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(ObjectsUnavailable):
        await Folder(tmp_path).delete("taken")


async def test_nobody_else_on_the_machine_reads_it(tmp_path: Path) -> None:
    await Folder(tmp_path / "objects").put("one", b"one", media_type=PNG)
    assert (tmp_path / "objects").stat().st_mode & 0o077 == 0
    assert (tmp_path / "objects" / "one").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/etc/passwd",
        "../up",
        "a/../b",
        "a//b",
        "a/",
        ".hidden",
        "A",
        "ä",
        "a b",
        "a.new",
        "a" * 251,
    ],
)
async def test_names_that_not_every_place_can_keep_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        await Folder(tmp_path).find(name)
