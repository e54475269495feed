"""A merchant opens with everything it needs to begin."""

import pytest

from loyalnest import ledger, merchants, platform, staff
from loyalnest.kernel.database import Database, act_as_platform, act_for
from tests.conftest import NOW, rolled_back


async def test_a_merchant_opens_with_points_a_program_and_an_owner(shared_database: Database):
    async with rolled_back(shared_database) as session:
        await act_as_platform(session)
        opened = await platform.open_merchant(
            session,
            handle="cafe",
            name="Café Nord",
            currency="EUR",
            time_zone="Europe/Berlin",
            owner_email="Owner@Example.com",
            now=NOW,
            actor="operator",
        )
        assert opened.owner_password
        assert await merchants.find_by_handle(session, "cafe") == opened.merchant
        await act_for(session, [opened.merchant.id])
        assert opened.merchant.id in await ledger.units_of(session, [opened.merchant.id])
        owner = await staff.find_member(session, "owner@example.com")
        assert owner
        assert owner.role is staff.Role.OWNER


async def test_a_merchant_may_open_without_an_owner(shared_database: Database):
    async with rolled_back(shared_database) as session:
        await act_as_platform(session)
        opened = await platform.open_merchant(
            session,
            handle="cafe",
            name="Café Nord",
            currency="EUR",
            time_zone="Europe/Berlin",
            now=NOW,
            actor="operator",
        )
        assert opened.owner_password is None


async def test_an_owner_needs_an_address(shared_database: Database):
    async with rolled_back(shared_database) as session:
        await act_as_platform(session)
        with pytest.raises(staff.EmailInvalid):
            await platform.open_merchant(
                session,
                handle="cafe",
                name="Café Nord",
                currency="EUR",
                time_zone="Europe/Berlin",
                owner_email="nobody",
                now=NOW,
                actor="operator",
            )
