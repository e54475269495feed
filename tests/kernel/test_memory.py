import gc

import pytest

from loyalnest.kernel import memory


def test_what_is_read_is_no_matter_for_the_collector() -> None:
    frozen = gc.get_freeze_count()
    with memory.undisturbed():
        looked = gc.isenabled()
        kept: list[list[int]] = [[] for _ in range(1000)]

    assert not looked
    assert gc.isenabled()
    assert gc.get_freeze_count() >= frozen + len(kept)


def test_what_cannot_be_read_leaves_the_collector_at_work() -> None:
    with pytest.raises(ImportError), memory.undisturbed():
        raise ImportError

    assert gc.isenabled()
