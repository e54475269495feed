"""Earning for what people do beside the orders of connected shops: one action at a time."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers, ledger, merchants
from loyalnest.earning import errors, rules
from loyalnest.kernel.currencies import is_currency
from loyalnest.kernel.database import merchant_of
from loyalnest.merchants import ActionRule, ProgramSettings, ProgramVersion, Switch
from loyalnest.orders import UnknownCurrency

PURCHASE, SIGN_UP, BIRTHDAY = "purchase", "signup", "birthday"
_ONCE_BY_NATURE = frozenset({SIGN_UP, BIRTHDAY})
"""Known by the customer and not by a key: whoever reports it, and however often, it is the same."""
_STEP = "earn:1"
_BIRTHDAYS_APART = timedelta(days=360)

# Two requests for the same customer and action wait for each other, so that a cap is never passed.
_WAIT_FOR_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
# A merged customer's earlier earnings count for whom it was merged into.
_EARNED_BEFORE = text("""
SELECT count(*) AS ever,
       count(*) FILTER (WHERE e.occurred_at >= :day) AS that_day,
       max(e.occurred_at) AS latest
FROM customers c
JOIN entries e ON e.merchant_id = c.merchant_id AND e.customer_id = c.id
WHERE c.merchant_id = :merchant_id
  AND (c.id = :customer_id OR c.merged_into = :customer_id)
  AND e.source_kind = :source_kind
  AND e.kind = 'earn'
""")


@dataclass(frozen=True, slots=True)
class Deed:
    """Something a customer did, and what names it."""

    customer_id: UUID
    action: str
    key: str
    """Names this deed: the same key earns once."""
    order_id: str | None = None
    amount: Decimal | None = None
    currency: str | None = None


async def earn(session: AsyncSession, deed: Deed, *, actor: str, now: datetime) -> ledger.Posted:
    """Give the points for something a customer did; the same deed again gets the first answer.

    A sign-up earns once in a customer's life and a birthday once a year, whatever the date in the
    profile is changed to; other actions once for their key, within the caps of the program.

    Raises CustomerNotFound, ActionUnknown, ActionOff, ActionPaused, ProgramPaused, ProgramOff,
    EarningLimitReached, AmountMissing, UnknownCurrency, EarnsNothing, EarnsByItself, and KeyReused
    for a key that came with another deed.
    """
    merchant_id = merchant_of(session)
    customer = await customers.get(session, deed.customer_id)
    living = customer.merged_into or customer.id
    version = (await merchants.program_of(session, merchant_id)).at(now)
    source = _source(deed, living, year=now.year)
    books_key = (merchant_id, source.kind, source.id)
    earlier = (await ledger.entries_of_sources(session, [books_key]))[books_key]
    points = 0
    if earlier:
        living, points = earlier[0].customer_id, earlier[0].amount
    elif deed.action == PURCHASE:
        points = await _points_of_purchase(session, deed, version)
    else:
        rule = _rule(version, deed.action)
        await _check_caps(session, living, deed.action, rule, now=now)
        points = rule.points
    units = await ledger.unit_ids_of(session, [merchant_id])
    posting = ledger.Posting(
        merchant_id=merchant_id,
        customer_id=living,
        unit_id=units[merchant_id],
        kind=ledger.EntryKind.EARN,
        amount=points,
        source=source,
        step=_STEP,
        occurred_at=now,
        actor=actor,
        program_version=version.version,
        basis={**_basis(deed), **(ledger.through(deed.customer_id, living) or {})},
        request_hash=None if deed.action in _ONCE_BY_NATURE else _digest(deed),
    )
    (posted,) = await ledger.post_many(session, [posting], now=now)
    return posted


async def reward_sign_ups(
    session: AsyncSession, members: Sequence[tuple[UUID, UUID]], *, now: datetime
) -> None:
    """Give new members (merchant, customer) the points for signing up, where that earns any."""
    merchant_ids = list({merchant_id for merchant_id, _ in members})
    programs = await merchants.programs_of(session, merchant_ids)
    versions = {merchant_id: program.at(now) for merchant_id, program in programs.items()}
    due = [
        (merchant_id, customer_id, rule)
        for merchant_id, customer_id in members
        if (rule := _enabled_rule(versions[merchant_id], SIGN_UP))
    ]
    if not due:
        return
    living = await customers.current_many(session, [(who[0], who[1]) for who in due])
    units = await ledger.unit_ids_of(session, merchant_ids)
    postings = [
        ledger.Posting(
            merchant_id=merchant_id,
            customer_id=living[customer_id],
            unit_id=units[merchant_id],
            kind=ledger.EntryKind.EARN,
            amount=rule.points,
            source=_source(Deed(customer_id, SIGN_UP, ""), customer_id, year=now.year),
            step=_STEP,
            occurred_at=now,
            program_version=versions[merchant_id].version,
            basis=ledger.through(customer_id, living[customer_id]),
        )
        for merchant_id, customer_id, rule in due
    ]
    await ledger.post_many(session, postings, now=now)


def _source(deed: Deed, living: UUID, *, year: int) -> ledger.Source:
    """What the books know a deed by: the facts themselves where they say it is the same one."""
    if deed.action == SIGN_UP:
        name = living.hex
    elif deed.action == BIRTHDAY:
        name = f"{living.hex}:{year}"
    else:
        name = deed.order_id or deed.key
    return ledger.Source(f"action:{deed.action}", name)


def _rule(version: ProgramVersion, action: str) -> ActionRule:
    check_running(version.settings)
    rule = version.settings.actions.get(action)
    if rule is None:
        raise errors.ActionUnknown
    _check_on(rule.state)
    return rule


def check_running(settings: ProgramSettings) -> None:
    """Raises ProgramPaused, ProgramOff."""
    if settings.switches.program is Switch.PAUSED:
        raise errors.ProgramPaused
    if settings.switches.program is Switch.OFF:
        raise errors.ProgramOff


def _check_on(state: Switch) -> None:
    if state is Switch.PAUSED:
        raise errors.ActionPaused
    if state is Switch.OFF:
        raise errors.ActionOff


def _enabled_rule(version: ProgramVersion, action: str) -> ActionRule | None:
    rule = version.settings.actions.get(action)
    return rule if rule and rule.state is Switch.ON and version.settings.running else None


async def _points_of_purchase(session: AsyncSession, deed: Deed, version: ProgramVersion) -> int:
    check_running(version.settings)
    _check_on(version.settings.switches.orders)
    if deed.amount is None or deed.order_id is None:
        raise errors.AmountMissing
    if deed.order_id.startswith("ord_"):
        raise errors.EarnsByItself
    merchant = await merchants.get(session, version.merchant_id)
    currency = deed.currency or merchant.currency
    if not is_currency(currency):
        raise UnknownCurrency
    points = rules.points_for(deed.amount, currency, version.settings)
    if points <= 0:
        raise errors.EarnsNothing
    return points


async def _check_caps(
    session: AsyncSession, customer_id: UUID, action: str, rule: ActionRule, *, now: datetime
) -> None:
    if not (rule.per_day or rule.per_customer or action == BIRTHDAY):
        return
    merchant_id = merchant_of(session)
    await session.execute(_WAIT_FOR_TURN, {"name": f"earn {customer_id} {action}"})
    zone = (await merchants.get(session, merchant_id)).zone
    day = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    about = {
        "merchant_id": merchant_id,
        "customer_id": customer_id,
        "source_kind": f"action:{action}",
        "day": day,
    }
    before = (await session.execute(_EARNED_BEFORE, about)).one()
    lately = before.latest is not None and now - before.latest < _BIRTHDAYS_APART
    if (
        (rule.per_day and before.that_day >= rule.per_day)
        or (rule.per_customer and before.ever >= rule.per_customer)
        or (action == BIRTHDAY and lately)
    ):
        raise errors.EarningLimitReached


def _basis(deed: Deed) -> dict[str, str]:
    said = {
        "order_id": deed.order_id,
        "amount": None if deed.amount is None else str(deed.amount),
        "currency": deed.currency,
    }
    return {name: value for name, value in said.items() if value is not None}


def _digest(deed: Deed) -> bytes:
    """What a deed under the same key is compared by."""
    said = (deed.customer_id.hex, deed.action, deed.order_id, deed.amount, deed.currency)
    return hashlib.sha256(repr(said).encode()).digest()
