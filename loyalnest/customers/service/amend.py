"""Taking somebody in at a person's word, and correcting what is known."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.customers.errors import (
    BirthdayGiven,
    BirthdayImpossible,
    CustomerGone,
    CustomerMergedAway,
    CustomerNotFound,
    NothingToIdentify,
)
from loyalnest.customers.events import CustomerUpdated
from loyalnest.customers.rules.identity import MAX_LOCALE, MAX_NAME, clean_text
from loyalnest.customers.service.enrol import enrol_many
from loyalnest.customers.service.identify import settle_many
from loyalnest.customers.values import Contact, CustomerId
from loyalnest.kernel.database import merchant_of, ring_of
from loyalnest.kernel.events import publish

_FIRST_BIRTHDAY = date(1900, 1, 1)

_LOCK = text("""
SELECT name_sealed, birthday_sealed, locale, merged_into, erased_at
  FROM customers
 WHERE merchant_id = :merchant_id
   AND id = :customer_id
   FOR NO KEY UPDATE
""")

_AMEND = text("""
UPDATE customers
   SET name_sealed = :name,
       birthday_sealed = :birthday,
       locale = :locale,
       updated_at = :now
 WHERE merchant_id = :merchant_id
   AND id = :customer_id
""")


async def take_in(
    session: AsyncSession, contact: Contact, *, enrol: bool, now: datetime
) -> tuple[CustomerId, bool]:
    """Know somebody from now on, and enrol them if they signed up; tells whether that is news.

    What is said of somebody who is known already fills in what was unknown of them. Raises
    NothingToIdentify, BirthdayImpossible, and Contended as identify_many does.
    """
    if contact.birthday:
        check_birthday(contact.birthday, now)
    settled = await settle_many(session, [contact], now=now)
    (person,), made = settled.people, bool(settled.created)
    if person is None:
        raise NothingToIdentify
    customer_id = person.customer_id
    said = {"name": contact.name, "locale": contact.locale, "birthday": contact.birthday}
    if not made:
        await _fill_in(session, customer_id, said, now)
    fresh = set[CustomerId]()
    if enrol:
        fresh = await enrol_many(session, [(contact.merchant_id, customer_id)], now=now)
    return customer_id, made or bool(fresh)


async def amend(
    session: AsyncSession,
    *,
    customer_id: CustomerId,
    changes: Mapping[str, Any],
    may_move_birthday: bool,
    now: datetime,
) -> None:
    """Change a name, a locale or a birthday; None removes it.

    `may_move_birthday` lets a birthday that is known be changed or removed. Raises
    CustomerNotFound, CustomerGone, CustomerMergedAway, BirthdayGiven, BirthdayImpossible.
    """
    before = await _lock(session, customer_id)
    after = {**before, **changes}
    after["name"] = clean_text(after["name"], MAX_NAME)
    after["locale"] = clean_text(after["locale"], MAX_LOCALE)
    if after["birthday"] != before["birthday"]:
        if before["birthday"] and not may_move_birthday:
            raise BirthdayGiven
        if after["birthday"]:
            check_birthday(after["birthday"], now)
    if after != before:
        await _write(session, customer_id, after, now)


def check_birthday(birthday: date, now: datetime) -> None:
    """Raises BirthdayImpossible for a day nobody alive was born on."""
    if not _FIRST_BIRTHDAY <= birthday < now.date():
        raise BirthdayImpossible


async def _fill_in(
    session: AsyncSession, customer_id: CustomerId, said: Mapping[str, Any], now: datetime
) -> None:
    before = await _lock(session, customer_id)
    unknown = {field: value for field, value in said.items() if value and not before[field]}
    if unknown:
        after = {**before, **unknown}
        after["name"] = clean_text(after["name"], MAX_NAME)
        after["locale"] = clean_text(after["locale"], MAX_LOCALE)
        await _write(session, customer_id, after, now)


async def _lock(session: AsyncSession, customer_id: CustomerId) -> dict[str, Any]:
    """What is known of a customer who can be changed, held until the transaction ends."""
    merchant_id, ring = merchant_of(session), ring_of(session)
    names = {"merchant_id": merchant_id, "customer_id": customer_id}
    row = (await session.execute(_LOCK, names)).one_or_none()
    if row is None:
        raise CustomerNotFound
    if row.erased_at:
        raise CustomerGone
    if row.merged_into:
        raise CustomerMergedAway
    birthday = ring.open_text(merchant_id, "customers.birthday", row.birthday_sealed)
    return {
        "name": ring.open_text(merchant_id, "customers.name", row.name_sealed),
        "birthday": date.fromisoformat(birthday) if birthday else None,
        "locale": row.locale,
    }


async def _write(
    session: AsyncSession, customer_id: CustomerId, after: Mapping[str, Any], now: datetime
) -> None:
    merchant_id, ring = merchant_of(session), ring_of(session)
    birthday = after["birthday"].isoformat() if after["birthday"] else None
    await session.execute(
        _AMEND,
        {
            "merchant_id": merchant_id,
            "customer_id": customer_id,
            "name": ring.seal_text(merchant_id, "customers.name", after["name"]),
            "birthday": ring.seal_text(merchant_id, "customers.birthday", birthday),
            "locale": after["locale"],
            "now": now,
        },
    )
    news = CustomerUpdated(merchant_id=merchant_id, customer_id=customer_id, occurred_at=now)
    await publish(session, [news], now=now)
