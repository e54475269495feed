"""What people say is written down, and the latest of it counts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.consents import queries
from loyalnest.consents.errors import ConfirmationOver, ConsentInvalid
from loyalnest.consents.events import ConsentGranted, ConsentPending, ConsentWithdrawn
from loyalnest.consents.letters import Letter
from loyalnest.consents.service.suppress import hold_back, let_back
from loyalnest.consents.values import (
    PLACE_AT_MOST,
    WORDS_AT_MOST,
    Channel,
    Consent,
    ConsentId,
    Proof,
    Purpose,
    Said,
    State,
    Way,
)
from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import new_id, to_wire

_NEWS = {
    State.GRANTED: ConsentGranted,
    State.PENDING: ConsentPending,
    State.WITHDRAWN: ConsentWithdrawn,
}
_TAG_AT_MOST = 35
_FORMS = frozenset({Way.FORM, Way.CHECKOUT})
"""Where anybody may have written anybody's address."""

# Whoever is being forgotten at this instant is waited for, and has said nothing afterwards.
_APPEND = """
WITH living AS (
    SELECT c.merchant_id, c.id
    FROM customers c
    WHERE (c.merchant_id, c.id) IN (SELECT * FROM unnest($1::uuid[], $3::uuid[]))
      AND c.erased_at IS NULL
    ORDER BY c.merchant_id, c.id
    FOR KEY SHARE
)
INSERT INTO consents (merchant_id, id, customer_id, purpose, channel, state, at, way, actor, words,
                      language, place, network, source, recorded_at)
SELECT said.*, $15
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[],
            $7::timestamptz[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[],
            $13::text[], $14::text[])
     AS said (merchant_id, id, customer_id, purpose, channel, state, at, way, actor, words,
              language, place, network, source)
JOIN living ON living.merchant_id = said.merchant_id AND living.id = said.customer_id
ON CONFLICT (merchant_id, source) WHERE source IS NOT NULL DO NOTHING
RETURNING id
"""
# What was said later counts, and of two things said in one instant the no. What comes of it is
# told only where it changes something.
_RANK = "'{pending,granted,withdrawn}'::text[]"
_LET_COUNT = f"""
WITH said AS (
    SELECT DISTINCT ON (s.merchant_id, s.purpose, s.channel, s.customer_id)
           s.merchant_id, s.purpose, s.channel, s.customer_id, s.state, s.at, s.id
    FROM unnest($1::uuid[]) AS fresh (id)
    JOIN consents s ON s.merchant_id = ANY($2::uuid[]) AND s.id = fresh.id
    ORDER BY s.merchant_id, s.purpose, s.channel, s.customer_id, s.at DESC,
             array_position({_RANK}, s.state) DESC, s.id DESC
), before AS (
    SELECT b.merchant_id, b.purpose, b.channel, b.customer_id, b.state
    FROM consent_states b
    JOIN said USING (merchant_id, purpose, channel, customer_id)
    FOR UPDATE OF b
), counting AS (
    INSERT INTO consent_states AS now (merchant_id, purpose, channel, customer_id, state, at,
                                       consent_id)
    SELECT * FROM said
    ON CONFLICT (merchant_id, purpose, channel, customer_id) DO UPDATE
    SET state = excluded.state, at = excluded.at, consent_id = excluded.consent_id
    WHERE (excluded.at, array_position({_RANK}, excluded.state))
        >= (now.at, array_position({_RANK}, now.state))
    RETURNING now.consent_id, now.merchant_id, now.purpose, now.channel, now.customer_id, now.state
)
SELECT c.consent_id
FROM counting c
LEFT JOIN before b USING (merchant_id, purpose, channel, customer_id)
WHERE b.state IS DISTINCT FROM c.state OR c.state = 'pending'
"""  # noqa: S608


async def record_many(
    session: AsyncSession, said: Sequence[Said], *, now: datetime
) -> list[ConsentId]:
    """Write down what customers of these merchants said; the lines that are new.

    What has a source that is known was said already. What was said before what counts now is kept
    as history and changes nothing. Of whoever was erased nothing is written.
    """
    if not said:
        return []
    ids = [new_id() for _ in said]
    by_id = dict(zip(ids, said, strict=True))
    connection = await bulk(session)
    rows = [_row(id_, it, now) for id_, it in by_id.items()]
    written = await connection.fetch(_APPEND, *map(list, zip(*rows, strict=True)), now)
    fresh = [row[0] for row in written]
    merchant_ids = sorted({it.merchant_id for it in said})
    counting = await connection.fetch(_LET_COUNT, fresh, merchant_ids)
    await publish(
        session,
        [
            _NEWS[it.state](
                merchant_id=it.merchant_id,
                customer_id=it.customer_id,
                occurred_at=now,
                consent_id=row[0],
                purpose=it.purpose.value,
                channel=it.channel and it.channel.value,
                way=it.proof.way.value,
            )
            for row in counting
            if (it := by_id[row[0]])
        ],
        now=now,
    )
    return fresh


async def say(
    session: AsyncSession,
    customer_id: customers.CustomerId,
    *,
    purpose: Purpose,
    channel: Channel | None,
    granted: bool,
    proof: Proof,
    at: datetime | None = None,
    now: datetime,
) -> Consent:
    """Write down that a living customer agrees to something, or doesn't.

    Where the merchant asks twice, a yes to outreach that came by a form waits until it is
    confirmed. A no to outreach suppresses the address, and a yes lets it back where it outweighs
    what was said before. Raises CustomerNotFound, CustomerGone, ConsentInvalid.
    """
    living = await customers.get_living(session, customer_id)
    _check(purpose, channel, granted, proof)
    state = State.WITHDRAWN
    if granted:
        settings = (await queries.current_settings(session)).settings
        waits = settings.double_opt_in and purpose is Purpose.OUTREACH and proof.way in _FORMS
        state = State.PENDING if waits else State.GRANTED
    said = Said(
        merchant_of(session), living.id, purpose, channel, state, min(at or now, now), proof
    )
    (consent_id,) = await record_many(session, [said], now=now)
    if purpose is Purpose.OUTREACH and channel is not None:
        standing = await queries.standing_of(session, living.id, purpose, channel)
        if standing.state is state is State.GRANTED:
            await let_back(session, living, channel, proof.way, at=said.at, now=now)
        elif standing.state is state is State.WITHDRAWN:
            await hold_back(session, living, channel, by=proof.by, at=said.at, now=now)
    return await queries.get_consent(session, consent_id)


async def confirm(
    session: AsyncSession, letter: Letter, *, network: str | None, now: datetime
) -> Consent:
    """Somebody who reads the address's mail says that they agreed. The same again is as good.

    What they agreed to is what they were asked. Raises ConsentNotFound, ConfirmationOver.
    """
    asked = await queries.get_consent(session, letter.id)
    said = asked.said
    standing = await queries.standing_of(session, said.customer_id, said.purpose, said.channel)
    if standing.state is State.GRANTED:
        return asked
    if standing.consent_id != asked.id or standing.state is not State.PENDING:
        raise ConfirmationOver
    if not letter.is_good(now):
        raise ConfirmationOver
    living = await customers.get_living(session, said.customer_id)
    proof = replace(said.proof, way=Way.LINK, network=network, by=customer_actor(living.id))
    return await say(
        session,
        living.id,
        purpose=said.purpose,
        channel=said.channel,
        granted=True,
        proof=proof,
        now=now,
    )


def customer_actor(customer_id: customers.CustomerId) -> str:
    """How the records name a customer who did something themselves."""
    return f"customer:{to_wire(customers.WIRE_PREFIX, customer_id)}"


def _check(purpose: Purpose, channel: Channel | None, granted: bool, proof: Proof) -> None:
    wrong: dict[str, str] = {}
    if purpose.by_channel and channel is None:
        wrong["channel"] = "say on which channel"
    if not purpose.by_channel and channel is not None:
        wrong["channel"] = "this purpose has no channels"
    if granted and purpose is Purpose.OUTREACH and not (proof.words or "").strip():
        wrong["words"] = "say which words they agreed to; a consent without them proves nothing"
    if wrong:
        raise ConsentInvalid(fields=wrong)


def _row(id_: ConsentId, it: Said, now: datetime) -> tuple[object, ...]:
    proof = it.proof
    return (
        it.merchant_id,
        id_,
        it.customer_id,
        it.purpose.value,
        it.channel.value if it.channel else "",
        it.state.value,
        min(it.at, now),  # a clock that is fast must not outweigh what is said tomorrow
        proof.way.value,
        proof.by,
        customers.clean_text(proof.words, WORDS_AT_MOST),
        customers.clean_text(proof.language, _TAG_AT_MOST),
        customers.clean_text(proof.place, PLACE_AT_MOST),
        proof.network,
        it.source,
    )
