"""Merchants have their turns, whatever becomes of the others' work."""

from uuid import UUID

import pytest

from loyalnest.kernel.ids import new_id
from loyalnest.kernel.jobs import merchant_by_merchant


async def test_nobody_waits_for_one_whose_work_fails():
    merchants = [new_id() for _ in range(4)]
    done: list[UUID] = []

    async def work(merchant_id: UUID) -> None:
        if merchant_id in merchants[1:3]:
            raise ValueError(f"the oven of {merchants.index(merchant_id)} is cold")
        done.append(merchant_id)

    with pytest.raises(ValueError, match="the oven of 1"):
        await merchant_by_merchant(merchants, work)

    assert done == [merchants[0], merchants[3]]


async def test_an_outage_ends_it_at_once():
    merchants = [new_id() for _ in range(2)]
    tried: list[UUID] = []

    async def work(merchant_id: UUID) -> None:
        tried.append(merchant_id)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await merchant_by_merchant(merchants, work)

    assert tried == merchants[:1]
