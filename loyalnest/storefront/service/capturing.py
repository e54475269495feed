"""E-mail addresses that people leave: taken with what they agreed to, confirmed, forgotten."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import consents, customers, merchants
from loyalnest.consents import Channel, Proof, Purpose, Said, State, Way
from loyalnest.kernel.database import bulk, merchant_of, ring_of
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import new_id, to_wire
from loyalnest.storefront import queries
from loyalnest.storefront.captures import HASHED_AS, SEALED_AS, get_capture
from loyalnest.storefront.errors import CaptureInvalid, CaptureNotFound, NudgeNotFound
from loyalnest.storefront.events import EmailCaptured, EmailConfirmed, EmailForgotten
from loyalnest.storefront.service.confirming import ask_to_confirm
from loyalnest.storefront.values import NUDGE, Capture, CaptureId, Nudge, NudgeId, NudgeKind

UNCONFIRMED_KEPT = timedelta(days=90)
Pair = tuple[UUID, UUID]
"""A merchant and one of its customers."""

_KNOWN = text("""
SELECT id, language, confirmed_at
FROM captures
WHERE merchant_id = :merchant_id
  AND email_hash = ANY(:hashes)
""")
# Whoever is being forgotten at this instant is waited for, and known no more afterwards.
_WHOSE = text("""
SELECT c.id
FROM customer_identities i
JOIN customers c ON c.merchant_id = i.merchant_id AND c.id = i.customer_id
WHERE i.merchant_id = :merchant_id
  AND i.kind = :kind
  AND i.scope = :scope
  AND i.key = ANY(:hashes)
  AND c.erased_at IS NULL
FOR KEY SHARE OF c
""")
_KEEP = text("""
INSERT INTO captures (merchant_id, id, email_sealed, email_hash, key_id, nudge_id, nudge_version,
                      language, agreed_to, agreed_at, customer_id)
VALUES (:merchant_id, :id, :sealed, :hash, :key_id, :nudge_id, :version,
        :language, :agreed_to, :now, :customer_id)
ON CONFLICT DO NOTHING
RETURNING true
""")
_CONFIRM = text("""
UPDATE captures
SET confirmed_at = :now
WHERE merchant_id = :merchant_id
  AND id = :id
  AND confirmed_at IS NULL
RETURNING true
""")
_FORGET = text("DELETE FROM captures WHERE merchant_id = :merchant_id AND id = :id RETURNING true")
_FORGET_UNCONFIRMED = text("""
DELETE FROM captures c
USING (
    SELECT id
    FROM captures
    WHERE merchant_id = :merchant_id
      AND confirmed_at IS NULL
      AND agreed_at < :before
    ORDER BY agreed_at
    LIMIT :limit
    FOR UPDATE SKIP LOCKED
) old
WHERE c.merchant_id = :merchant_id AND c.id = old.id
RETURNING c.id
""")
_LINK = """
UPDATE captures c
SET customer_id = i.customer_id
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, customer_id)
JOIN customer_identities i
  ON i.merchant_id = k.merchant_id
 AND i.customer_id = k.customer_id
 AND i.kind = $3
WHERE c.merchant_id = i.merchant_id
  AND c.email_hash = i.key
  AND c.customer_id IS DISTINCT FROM i.customer_id
"""
_AGREED = """
SELECT c.merchant_id, c.id, c.customer_id, c.agreed_to, c.language, c.nudge_id, c.confirmed_at
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, customer_id)
JOIN captures c
  ON c.merchant_id = k.merchant_id
 AND c.customer_id = k.customer_id
WHERE c.confirmed_at IS NOT NULL
"""
_FAMILY = text("""
SELECT id
FROM customers
WHERE merchant_id = :merchant_id
  AND (id = :customer_id OR merged_into = :customer_id)
""")
_ERASE = """
DELETE FROM captures c
USING unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, customer_id),
      customers p
WHERE p.merchant_id = k.merchant_id
  AND (p.id = k.customer_id OR p.merged_into = k.customer_id)
  AND c.merchant_id = p.merchant_id
  AND c.customer_id = p.id
"""


async def capture_email(
    session: AsyncSession,
    nudge_id: NudgeId,
    *,
    version: int,
    language: str,
    email: str,
    now: datetime,
) -> str | None:
    """Keep an address with the words that stood beside it, and return the code that was promised.

    The words are those of the version that the page had, and ours to say: nothing that a page
    sends is recorded as agreed to. An address that was left before stays as it was: a stranger who
    writes it again changes nothing, and isn't told. Raises NudgeNotFound, CaptureInvalid.
    """
    nudge, agreed_to = await _asked(session, nudge_id, version, language, now)
    normal = customers.normalise_email(email)
    if normal is None:
        raise CaptureInvalid(fields={"email": "is no e-mail address"})
    merchant_id, ring = merchant_of(session), ring_of(session)
    hashes = ring.blind_all(merchant_id, HASHED_AS, normal)
    about = {"merchant_id": merchant_id, "hashes": hashes}
    known = (await session.execute(_KNOWN, about)).first()
    if known is not None:
        if known.confirmed_at is None:
            await ask_to_confirm(session, known.id, normal, language=known.language, now=now)
        return nudge.terms.code
    whose = {**about, "kind": HASHED_AS, "scope": customers.ANYWHERE}
    hashed, capture_id = ring.blind(merchant_id, HASHED_AS, normal), new_id()
    row = {
        "merchant_id": merchant_id,
        "id": capture_id,
        "sealed": ring.seal(merchant_id, SEALED_AS, normal.encode()),
        "hash": hashed.hash,
        "key_id": hashed.key_id,
        "nudge_id": nudge_id,
        "version": version,
        "language": language,
        "agreed_to": agreed_to,
        "now": now,
        "customer_id": await session.scalar(_WHOSE, whose),
    }
    if await session.scalar(_KEEP, row):
        captured = EmailCaptured(
            merchant_id=merchant_id,
            occurred_at=now,
            capture_id=capture_id,
            nudge_id=nudge_id,
            nudge_version=version,
            language=language,
        )
        await publish(session, [captured], now=now)
        await ask_to_confirm(session, capture_id, normal, language=language, now=now)
    return nudge.terms.code


async def _asked(
    session: AsyncSession, nudge_id: NudgeId, version: int, language: str, now: datetime
) -> tuple[Nudge, str]:
    """What asks for an address, if it does now, and the words that stand beside it."""
    nudge = await queries.get_nudge(session, nudge_id)
    program = await merchants.program_of(session, merchant_of(session))
    asks = nudge.terms.kind is NudgeKind.EMAIL_CAPTURE and not nudge.terms.tiers
    if not (asks and nudge.is_shown(now) and program.at(now).settings.runs("nudges")):
        raise NudgeNotFound
    agreed_to = (await queries.terms_at(session, nudge_id, version)).said_in(language).consent
    assert agreed_to, "no version of this kind is without"
    return nudge, agreed_to


async def confirm_email(session: AsyncSession, capture_id: CaptureId, *, now: datetime) -> Capture:
    """Whoever reads the address's mail says that they left it. Raises CaptureNotFound."""
    about = {"merchant_id": merchant_of(session), "id": capture_id}
    if await session.scalar(_CONFIRM, {**about, "now": now}):
        confirmed = EmailConfirmed(
            merchant_id=merchant_of(session), occurred_at=now, capture_id=capture_id
        )
        await publish(session, [confirmed], now=now)
    capture = await get_capture(session, capture_id)
    if capture.customer_id is not None:
        living = await customers.get_living(session, capture.customer_id)
        await let_count(session, [(capture.merchant_id, capture.customer_id)], now=now)
        # The link once more says nothing new: what they refused since, they refuse still.
        said_at = capture.confirmed_at or now
        await consents.let_back(session, living, Channel.EMAIL, Way.LINK, at=said_at, now=now)
    return capture


async def forget_email(session: AsyncSession, capture_id: CaptureId, *, now: datetime) -> None:
    """Delete an address and what was agreed to. Raises CaptureNotFound."""
    merchant_id = merchant_of(session)
    if not await session.scalar(_FORGET, {"merchant_id": merchant_id, "id": capture_id}):
        raise CaptureNotFound
    await consents.forget_addressees(session, [capture_id])
    forgotten = EmailForgotten(merchant_id=merchant_id, occurred_at=now, capture_id=capture_id)
    await publish(session, [forgotten], now=now)


async def forget_unconfirmed(session: AsyncSession, *, limit: int = 500, now: datetime) -> int:
    """Delete addresses that nobody has confirmed in time; call it until it answers 0.

    Anybody may have written them, so they are kept no longer than a merchant needs to ask.
    """
    merchant_id = merchant_of(session)
    about = {"merchant_id": merchant_id, "before": now - UNCONFIRMED_KEPT, "limit": limit}
    gone = list(await session.scalars(_FORGET_UNCONFIRMED, about))
    news = [
        EmailForgotten(merchant_id=merchant_id, occurred_at=now, capture_id=capture_id)
        for capture_id in gone
    ]
    await publish(session, news, now=now)
    return len(gone)


async def link_captures(session: AsyncSession, who: Sequence[Pair]) -> None:
    """Note whose the addresses are that these customers are known by."""
    merchant_ids, ids = [merchant_id for merchant_id, _ in who], [id_ for _, id_ in who]
    await (await bulk(session)).execute(_LINK, merchant_ids, ids, HASHED_AS)


async def let_count(session: AsyncSession, who: Sequence[Pair], *, now: datetime) -> None:
    """What these customers agreed to where they left an address, and confirmed, is their consent.

    It is theirs from when they confirmed it; what they have said since outweighs it.
    """
    merchant_ids, ids = [merchant_id for merchant_id, _ in who], [id_ for _, id_ in who]
    rows = await (await bulk(session)).fetch(_AGREED, merchant_ids, ids)
    said = [
        Said(
            merchant_id=row["merchant_id"],
            customer_id=row["customer_id"],
            purpose=Purpose.OUTREACH,
            channel=Channel.EMAIL,
            state=State.GRANTED,
            at=row["confirmed_at"],
            proof=Proof(
                Way.LINK,
                "capture",
                words=row["agreed_to"],
                language=row["language"],
                place=to_wire(NUDGE, row["nudge_id"]),
            ),
            source=f"capture:{row['id']}",
        )
        for row in rows
    ]
    await consents.record_many(session, said, now=now)


async def forget_customers(session: AsyncSession, who: Sequence[Pair]) -> None:
    """Delete what these customers left, and whoever was merged into them."""
    merchant_ids, ids = [merchant_id for merchant_id, _ in who], [id_ for _, id_ in who]
    await (await bulk(session)).execute(_ERASE, merchant_ids, ids)


async def erase_customer(
    session: AsyncSession, *, merchant_id: UUID, customer_id: UUID, now: datetime
) -> None:
    """Remove what is held here of somebody who asked to be forgotten.

    Before they are: with their identities goes what tells which addresses are theirs.
    """
    about = {"merchant_id": merchant_id, "customer_id": customer_id}
    family = await session.scalars(_FAMILY, about)
    await link_captures(session, [(merchant_id, id_) for id_ in family])
    await forget_customers(session, [(merchant_id, customer_id)])
