"""Named reads: how a merchant looks to its customers, and the pictures it has."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.branding.values import Branding, BrandSettings, Logo
from loyalnest.kernel.database import merchant_of

_NEWEST = text("""
SELECT version, settings, changed_at, changed_by
FROM branding_versions
WHERE merchant_id = :merchant_id
ORDER BY version DESC
LIMIT 1
""")
_LOGO = text("SELECT width, height FROM pictures WHERE merchant_id = :merchant_id AND hash = :hash")
_BODY = text("SELECT body FROM pictures WHERE merchant_id = :merchant_id AND hash = :hash")


async def current(session: AsyncSession) -> Branding:
    """How the session's merchant looks to its customers; what we suggest until it says."""
    merchant = await merchants.get(session, merchant_of(session))
    saved = (await session.execute(_NEWEST, {"merchant_id": merchant.id})).one_or_none()
    settings = BrandSettings.model_validate(saved.settings) if saved else BrandSettings()
    return Branding(
        merchant_id=merchant.id,
        version=saved.version if saved else 0,
        settings=settings,
        name=settings.name or merchant.name,
        logo=await find_logo(session, settings.logo) if settings.logo else None,
        changed_at=saved.changed_at if saved else None,
        changed_by=saved.changed_by if saved else None,
    )


async def find_logo(session: AsyncSession, hash: str) -> Logo | None:
    """A picture that the session's merchant has."""
    merchant_id = merchant_of(session)
    asked = {"merchant_id": merchant_id, "hash": hash}
    row = (await session.execute(_LOGO, asked)).one_or_none()
    return Logo(merchant_id, hash, row.width, row.height) if row else None


async def find_body(session: AsyncSession, merchant_id: UUID, hash: str) -> bytes | None:
    """A picture's bytes, as they are handed out."""
    return await session.scalar(_BODY, {"merchant_id": merchant_id, "hash": hash})
