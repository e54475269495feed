"""What becomes of Shopify's deliveries, told to the inbox."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import consents, customers, earning, ledger, merchants, privacy, referrals, rewards
from loyalnest.customers import AccountRef, Contact, Profile
from loyalnest.integrations.shopify.facts import (
    AccountDeleted,
    AccountsMerged,
    Asked,
    Bought,
    Told,
    Uninstalled,
)
from loyalnest.integrations.shopify.translate import HANDLED, PROVIDER, REQUESTS, prepare
from loyalnest.kernel.inbox import Prepared, Provider
from loyalnest.orders import Facts, RecordedOrder


async def apply(session: AsyncSession, prepared: Sequence[Prepared], now: datetime) -> None:
    """Change the books by what a batch of deliveries says.

    People come before purchases, so that an order finds the customer its shop has just told of.
    """
    facts = [it.fact for it in prepared]
    told = [it for it in facts if isinstance(it, Told)]
    profiles = [it for it in facts if isinstance(it, Profile)]
    profiles += [it.profile for it in told if it.profile]
    if profiles:
        await customers.update_many(session, profiles, now=now)
    if told:
        await _write_down(session, told, now=now)
    orders = [it for it in facts if isinstance(it, Facts | Bought)]
    if orders:
        await _take_in(session, orders, now=now)
    for it in facts:
        if isinstance(it, AccountsMerged):
            await _merge(session, it, now=now)
    asked = [it for it in facts if isinstance(it, Asked)]
    if asked:
        await _pass_on(session, asked, now=now)
    deleted = [it.account for it in facts if isinstance(it, AccountDeleted)]
    if deleted:
        await customers.forget_accounts(session, deleted, now=now)
    gone = {it.delivery.store_id for it in prepared if isinstance(it.fact, Uninstalled)}
    if gone:
        await merchants.mark_uninstalled(session, sorted(gone), now=now)


async def _take_in(session: AsyncSession, told: Sequence[Facts | Bought], *, now: datetime) -> None:
    """Take orders in, use the codes of ours that they were paid with, and note who sent a buyer."""
    naming = [it for it in told if isinstance(it, Bought)]
    named = [(it.facts.merchant_id, code) for it in naming for code in it.codes]
    # Redemptions are locked before the books, here as everywhere.
    ours = await rewards.hold_by_code(session, named)
    recorded = await earning.take_in(
        session, [it.facts if isinstance(it, Bought) else it for it in told], now=now
    )
    if not naming:
        return
    by_key = {it.order.facts.key: it for it in recorded}
    uses = [
        rewards.Use(code, by_key[it.facts.key].order, _is_news(by_key[it.facts.key]))
        for it in naming
        for typed in it.codes
        if (code := ours.get((it.facts.merchant_id, typed)))
    ]
    await rewards.use_in_orders(session, uses, actor=PROVIDER, now=now)
    sent = [
        referrals.Sent(by_key[it.facts.key].order, it.referral_code, it.marks)
        for it in naming
        if it.referral_code and _is_news(by_key[it.facts.key])
    ]
    await referrals.note_senders(session, sent, now=now)


def _is_news(it: RecordedOrder) -> bool:
    """Whether the batch was the first to say what was bought."""
    return it.before is None or it.before.facts.snapshot is None


async def _write_down(session: AsyncSession, told: Sequence[Told], *, now: datetime) -> None:
    """What customers have said to the shop, at the time they said it: what they have said here
    since outweighs it. Of whoever nobody here knows nothing is written."""
    words = [word for it in told for word in it.words]
    known = await customers.find_accounts(session, [it.account for it in words])
    said = [
        consents.Said(
            merchant_id=it.account.merchant_id,
            customer_id=known[it.account],
            purpose=consents.Purpose.OUTREACH,
            channel=it.channel,
            state=it.state,
            at=it.at,
            proof=consents.Proof(consents.Way.PROVIDER, PROVIDER, place=it.level),
            source=f"{PROVIDER}:{it.account.store_id}:{it.account.external_id}:{it.channel}"
            f":{it.state}:{it.at.isoformat()}",
        )
        for it in words
        if it.account in known
    ]
    await consents.record_many(session, said, now=now)


async def _pass_on(session: AsyncSession, asked: Sequence[Asked], *, now: datetime) -> None:
    """What people asked the shop about their data waits for an answer here, too; of somebody whom
    nobody here knows there is nothing to say."""
    known = await customers.find_accounts(session, [it.account for it in asked])
    questions = [
        privacy.Question(it.account.merchant_id, known[it.account], it.kind, it.at)
        for it in asked
        if it.account in known
    ]
    await privacy.ask_many(session, questions, now=now)


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
