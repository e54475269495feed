"""What becomes of Shopify's deliveries, told to the inbox."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers, earning, ledger, merchants
from loyalnest.customers import AccountRef, Contact, Profile
from loyalnest.integrations.shopify.facts import AccountDeleted, AccountsMerged, Uninstalled
from loyalnest.integrations.shopify.translate import HANDLED, PROVIDER, REQUESTS, prepare
from loyalnest.kernel.inbox import Prepared, Provider
from loyalnest.orders import Facts


async def apply(session: AsyncSession, prepared: Sequence[Prepared], now: datetime) -> None:
    """Change the books by what a batch of deliveries says.

    People come before purchases, so that an order finds the customer its shop has just told of.
    """
    facts = [it.fact for it in prepared]
    profiles = [it for it in facts if isinstance(it, Profile)]
    if profiles:
        await customers.update_many(session, profiles, now=now)
    bought = [it for it in facts if isinstance(it, Facts)]
    if bought:
        await earning.take_in(session, bought, now=now)
    for it in facts:
        if isinstance(it, AccountsMerged):
            await _merge(session, it, now=now)
    deleted = [it.account for it in facts if isinstance(it, AccountDeleted)]
    if deleted:
        await customers.forget_accounts(session, deleted, now=now)
    gone = {it.delivery.store_id for it in prepared if isinstance(it.fact, Uninstalled)}
    if gone:
        await merchants.mark_uninstalled(session, sorted(gone), now=now)


async def _merge(session: AsyncSession, it: AccountsMerged, *, now: datetime) -> None:
    """Follow the shop, which alone may make two people one by itself. A rare event, so one by one:
    each merge locks two people's accounts."""
    kept, merged = await customers.identify_many(
        session, [_contact(it.kept), _contact(it.merged)], now=now
    )
    assert kept
    assert merged
    if kept != merged:
        await ledger.merge(
            session,
            merchant_id=it.kept.merchant_id,
            kept_id=kept,
            merged_id=merged,
            actor=PROVIDER,
            now=now,
        )


def _contact(account: AccountRef) -> Contact:
    return Contact(
        merchant_id=account.merchant_id,
        store_id=account.store_id,
        provider=account.provider,
        external_id=account.external_id,
    )


PROVIDED = Provider(name=PROVIDER, handled=HANDLED, requests=REQUESTS, prepare=prepare, apply=apply)
"""Shopify, for the inbox."""
