import pytest

from loyalnest.kernel.pace import MOST_S, Pace


def test_looks_grow_seldom_while_nothing_is_found_and_often_again_when_something_is():
    pace = Pace(0.1)

    idle = [pace.pause_s(found=False) for _ in range(5)]

    assert idle == pytest.approx([0.1, 0.15, 0.225, MOST_S, MOST_S])
    assert pace.pause_s(found=True) == 0.1
