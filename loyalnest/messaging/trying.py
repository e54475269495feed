"""A merchant sends themselves a message, to see it as customers will.

A test is no message: it stands in a table of its own, so that no report, no limit and no journey
counts it. It goes at once, outside any transaction, and what became of it is the answer.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import consents, merchants, templates
from loyalnest.kernel.database import Database, merchant_of
from loyalnest.kernel.events import publish
from loyalnest.kernel.faults import reason_of
from loyalnest.kernel.ids import first_at, new_id
from loyalnest.messaging import queries, rules
from loyalnest.messaging.carrying import Accepted, Account, Content, Doubtful, Letter, Mail, Outcome
from loyalnest.messaging.carrying import Words as PlainWords
from loyalnest.messaging.errors import (
    RecipientInvalid,
    RecipientSuppressed,
    SenderMissing,
    TemplateUnapproved,
    TooManyTests,
)
from loyalnest.messaging.events import MessageTested
from loyalnest.messaging.ports import Offer
from loyalnest.messaging.sending.calls import CALL_S
from loyalnest.messaging.sending.letters import content_of
from loyalnest.messaging.values import Channel, Provider, Purpose, Reason

AT_MOST, WITHIN = 20, timedelta(hours=1)
MARKED = "[Test] "

_COUNT = text(
    "SELECT count(*) FROM message_tests WHERE merchant_id = :merchant_id AND id >= :since"
)
_ADD = text("""
INSERT INTO message_tests (merchant_id, id, sender_id, channel, occasion, language, sent_to,
                           sent_at, sent_by)
VALUES (:merchant_id, :id, :sender_id, :channel, :occasion, :language, :sent_to, :now, :actor)
""")
_END = text("""
UPDATE message_tests
SET outcome = :outcome, reason = :reason, code = :code
WHERE merchant_id = :merchant_id AND id = :id
""")
_LATEST = text("""
SELECT t.id, s.provider, t.channel, t.occasion, t.language, t.sent_to, t.outcome, t.reason, t.code,
       t.sent_at, t.sent_by
FROM message_tests t
JOIN senders s ON s.merchant_id = t.merchant_id AND s.id = t.sender_id
WHERE t.merchant_id = :merchant_id
ORDER BY t.id DESC
LIMIT :limit
""")

Ending = Literal["taken", "refused", "unclear"]


@dataclass(frozen=True, slots=True)
class Trial:
    """What is to be tried: words on a channel, in a language, to an address."""

    channel: Channel
    to: str
    occasion: templates.Occasion = templates.Occasion.WELCOME
    language: str | None = None
    """None: the merchant's."""
    words: templates.Words | None = None
    """What is not saved yet; None: what counts."""
    variables: dict[str, Any] | None = None
    """None: samples."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A test, and what became of it."""

    id: UUID
    provider: Provider
    channel: Channel
    occasion: str
    language: str
    to: str
    """As much of the address as tells it from others."""
    outcome: Ending | None
    """None: it was cut short."""
    reason: Reason | None
    code: str | None
    sent_at: datetime
    sent_by: str


@dataclass(frozen=True, slots=True)
class _Ready:
    account: Account
    letter: Letter
    tried: Tried


async def try_out(
    database: Database,
    merchant_id: UUID,
    trial: Trial,
    *,
    offers: dict[Provider, Offer],
    address: str,
    units: templates.UnitNames | None,
    actor: str,
    now: datetime,
) -> Tried:
    """Send a test, and say what became of it. `address` is the installation's.

    Raises TooManyTests, SenderMissing, RecipientInvalid, RecipientSuppressed, TemplateUnapproved,
    and what templates raise for words that can't be said.
    """
    async with database.tenant(merchant_id) as session:
        ready = await _prepare(session, trial, address=address, units=units, actor=actor, now=now)
    outcome = await _hand_over(offers[ready.account.provider], ready)
    ended = _ended(ready.tried, outcome)
    async with database.tenant(merchant_id) as session:
        told = {"outcome": ended.outcome, "reason": ended.reason, "code": ended.code}
        await session.execute(_END, {"merchant_id": merchant_id, "id": ended.id, **told})
    return ended


async def latest(session: AsyncSession, *, limit: int = AT_MOST) -> list[Tried]:
    """The merchant's tests, the latest first."""
    rows = await session.execute(_LATEST, {"merchant_id": merchant_of(session), "limit": limit})
    return [
        Tried(
            row.id,
            Provider(row.provider),
            Channel(row.channel),
            row.occasion,
            row.language,
            row.sent_to,
            row.outcome,
            Reason(row.reason) if row.reason else None,
            row.code,
            row.sent_at,
            row.sent_by,
        )
        for row in rows
    ]


async def _prepare(
    session: AsyncSession,
    trial: Trial,
    *,
    address: str,
    units: templates.UnitNames | None,
    actor: str,
    now: datetime,
) -> _Ready:
    merchant_id = await _take_turn(session, now)
    senders = await queries.list_senders(session)
    sender = next((it for it in senders if it.channel is trial.channel), None)
    if sender is None:
        raise SenderMissing
    to = _recipient(trial)
    if await consents.find_suppressions(
        session, channel=consents.Channel(trial.channel), address=to
    ):
        raise RecipientSuppressed
    content, language = await _content(session, trial, address=address, units=units)
    account = await queries.account_of(session, sender, address=address)
    id_ = new_id()
    tried = Tried(
        id_,
        sender.provider,
        trial.channel,
        trial.occasion,
        language,
        rules.masked(to),
        None,
        None,
        None,
        now,
        actor,
    )
    await _record(session, tried, sender.id)
    letter = Letter(
        message_id=id_,
        merchant_id=merchant_id,
        key=f"test-{id_.hex}",
        channel=trial.channel,
        purpose=Purpose.TRANSACTIONAL,
        to=to,
        content=content,
        language=language,
        headers=_headers(trial.channel, id_, sender.origin),
        occasion=trial.occasion.value,
    )
    return _Ready(account, letter, tried)


async def _take_turn(session: AsyncSession, now: datetime) -> UUID:
    """Whose turn it is, if they haven't tried too often. Raises TooManyTests."""
    merchant_id = await merchants.take_turns(session)
    since = {"merchant_id": merchant_id, "since": first_at(now - WITHIN)}
    if (await session.scalar(_COUNT, since) or 0) >= AT_MOST:
        raise TooManyTests(retry_after_s=WITHIN.total_seconds() / AT_MOST)
    return merchant_id


async def _record(session: AsyncSession, tried: Tried, sender_id: UUID) -> None:
    """Before it goes, so that one that was cut short counts as well."""
    merchant_id, channel = merchant_of(session), tried.channel.value
    row = {"merchant_id": merchant_id, "id": tried.id, "sender_id": sender_id}
    told = {"channel": channel, "occasion": tried.occasion, "language": tried.language}
    sent = {"sent_to": tried.to, "now": tried.sent_at, "actor": tried.sent_by}
    await session.execute(_ADD, {**row, **told, **sent})
    news = MessageTested(
        merchant_id=merchant_id,
        occurred_at=tried.sent_at,
        channel=channel,
        occasion=tried.occasion,
    )
    await publish(session, [news], now=tried.sent_at)


async def _content(
    session: AsyncSession, trial: Trial, *, address: str, units: templates.UnitNames | None
) -> tuple[Content, str]:
    """What is sent, marked where it can be: WhatsApp's templates are taken letter by letter."""
    merchant = await merchants.get(session, merchant_of(session))
    channel = templates.Channel(trial.channel)
    wanted = templates.Wanted(trial.occasion, channel, trial.language or merchant.locale)
    template = (await templates.load(session, [wanted], address=address, units=units))[wanted]
    if trial.words is not None:
        template = templates.drafted(template, trial.words)
    given = templates.sample_of(trial.occasion) if trial.variables is None else trial.variables
    rendered = templates.render(template, given)
    content = content_of(rendered)
    if content is None:
        raise TemplateUnapproved
    if isinstance(content, Mail):
        content = replace(content, subject=f"{MARKED}{content.subject}")
    elif isinstance(content, PlainWords):
        content = replace(content, text=f"{MARKED}{content.text}")
    return content, rendered.language


def _recipient(trial: Trial) -> str:
    """Where it goes, in its normal form. Raises RecipientInvalid."""
    to = trial.to.strip()
    try:
        if trial.channel is Channel.EMAIL:
            found = validate_email(to, check_deliverability=False, globally_deliverable=False)
            return found.normalized
        number = phonenumbers.parse(to)
    except (EmailNotValidError, phonenumbers.NumberParseException):
        raise RecipientInvalid from None
    if not phonenumbers.is_possible_number(number):
        raise RecipientInvalid
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _headers(channel: Channel, id_: UUID, origin: str) -> dict[str, str]:
    if channel is not Channel.EMAIL:
        return {}
    return {"Message-ID": f"<{id_.hex}@{origin.rpartition('@')[2]}>"}


async def _hand_over(offer: Offer, ready: _Ready) -> Outcome:
    carrier = offer.open(ready.account)
    try:
        async with asyncio.timeout(CALL_S):
            (outcome,) = await carrier.send([ready.letter])
    except Exception as error:  # whatever it is, nobody knows now whether it went
        return Doubtful(None if isinstance(error, TimeoutError) else reason_of(error).code)
    else:
        return outcome
    finally:
        await carrier.close()


def _ended(tried: Tried, outcome: Outcome) -> Tried:
    if isinstance(outcome, Accepted):
        return replace(tried, outcome="taken")
    if isinstance(outcome, Doubtful):
        return replace(tried, outcome="unclear", reason=Reason.UNCLEAR, code=outcome.code)
    return replace(tried, outcome="refused", reason=outcome.reason, code=outcome.code)
