"""Use cases: a merchant uploads a picture, and says how its customers should know it."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.branding import queries, rules
from loyalnest.branding.errors import BrandingStale, LogoNotFound
from loyalnest.branding.events import BrandingChanged
from loyalnest.branding.models import BrandingVersionRow
from loyalnest.branding.values import Branding, BrandSettings, Logo, Picture
from loyalnest.kernel.events import publish

PICTURES_KEPT = 50

_KEEP = text("""
INSERT INTO pictures (merchant_id, hash, body, width, height, uploaded_at, uploaded_by)
VALUES (:merchant_id, :hash, :body, :width, :height, :now, :actor)
ON CONFLICT (merchant_id, hash) DO UPDATE
SET uploaded_at = excluded.uploaded_at, uploaded_by = excluded.uploaded_by
""")
_FORGET_OLDEST = text("""
DELETE FROM pictures
WHERE merchant_id = :merchant_id
  AND hash IN (
      SELECT hash
      FROM pictures
      WHERE merchant_id = :merchant_id
        AND hash IS DISTINCT FROM cast(:current AS text)
        AND held_for = '{}'
      ORDER BY uploaded_at DESC, hash
      OFFSET :kept)
""")

_HOLD = text("""
UPDATE pictures
SET held_for = array_remove(held_for, :purpose)
    || CASE WHEN hash = cast(:hash AS text) THEN ARRAY[:purpose] ELSE '{}' END
WHERE merchant_id = :merchant_id
  AND (hash = cast(:hash AS text) OR held_for @> ARRAY[:purpose])
""")


async def keep_picture(
    session: AsyncSession, picture: Picture, *, actor: str, now: datetime
) -> Logo:
    """Keep a picture, so that it can be chosen as the logo; the same one is kept once.

    The 50 that came last stay, the logo and whatever is held: mails and wallets still show an
    earlier one.
    """
    merchant_id = await merchants.take_turns(session)
    current = (await queries.current(session)).settings.logo
    what = {
        "hash": picture.hash,
        "body": picture.body,
        "width": picture.width,
        "height": picture.height,
    }
    await session.execute(_KEEP, {"merchant_id": merchant_id, **what, "now": now, "actor": actor})
    forget = {"merchant_id": merchant_id, "current": current, "kept": PICTURES_KEPT}
    await session.execute(_FORGET_OLDEST, forget)
    return Logo(merchant_id, picture.hash, picture.width, picture.height)


async def save(
    session: AsyncSession,
    settings: BrandSettings,
    *,
    read_version: int | None = None,
    actor: str,
    now: datetime,
) -> Branding:
    """Let customers see this from now on. Saving what they see already changes nothing.

    With `read_version` only that version is replaced. Raises BrandingStale, LogoNotFound.
    """
    merchant_id = await merchants.take_turns(session)
    before = await queries.current(session)
    if before.settings == settings:
        return before
    if read_version is not None and read_version != before.version:
        raise BrandingStale
    if settings.logo is not None and await queries.find_logo(session, settings.logo) is None:
        raise LogoNotFound
    session.add(
        BrandingVersionRow(
            merchant_id=merchant_id,
            version=before.version + 1,
            settings=settings.model_dump(mode="json"),
            changed_at=now,
            changed_by=actor,
        )
    )
    await session.flush()
    news = BrandingChanged(
        merchant_id=merchant_id,
        occurred_at=now,
        version=before.version + 1,
        changed=rules.changed_between(before.settings, settings),
    )
    await publish(session, [news], now=now)
    return await queries.current(session)


async def choose_logo(
    session: AsyncSession, hash: str | None, *, actor: str, now: datetime
) -> Branding:
    """Make a picture the logo, or have none; all else stays as it is. Raises LogoNotFound."""
    await merchants.take_turns(session)
    settings = (await queries.current(session)).settings.model_copy(update={"logo": hash})
    return await save(session, settings, actor=actor, now=now)


async def hold_picture(session: AsyncSession, hash: str | None, *, purpose: str) -> None:
    """Keep a picture for as long as it serves a purpose, in place of the one that did.

    Raises LogoNotFound.
    """
    merchant_id = await merchants.take_turns(session)
    if hash is not None and await queries.find_logo(session, hash) is None:
        raise LogoNotFound
    held = {"merchant_id": merchant_id, "hash": hash, "purpose": purpose}
    await session.execute(_HOLD, held)
