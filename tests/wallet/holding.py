"""A card that is in both wallets, for whoever needs a merchant that has everything."""

from sqlalchemy import text

from loyalnest import wallet
from loyalnest.wallet import PassContent, Platform, ProgramContent, PushOutcome, Saved, Told
from loyalnest.wallet.service import devices, telling
from loyalnest.wallet.service.changes import About, Of, change_many
from loyalnest.wallet.service.passes import ensure_passes
from tests.conftest import NOW
from tests.shop import Shop


class Keeper:
    """Takes whatever it is told."""

    edition = "plain 1"

    async def put_program(self, program: ProgramContent) -> PushOutcome:
        return PushOutcome(Told.TAKEN)

    async def put_pass(self, content: PassContent, *, program_id: str, notify: bool) -> PushOutcome:
        return PushOutcome(Told.TAKEN)

    def save_link(self, serial: str) -> str:
        return f"https://pay.google.example/{serial}"

    async def close(self) -> None: ...


async def holds_a_pass(shop: Shop, phone: str) -> None:
    """A phone holds the merchant's first card, was told of a change and is to be told of another;
    Google keeps it as well, and somebody has it there."""
    async with shop.database.tenant(shop.merchant_id) as session:
        card_id = await session.scalar(text("SELECT id FROM cards ORDER BY id LIMIT 1"))
        assert card_id
        apple = (await ensure_passes(session, [card_id], Platform.APPLE, now=NOW))[card_id]
        google = (await ensure_passes(session, [card_id], Platform.GOOGLE, now=NOW))[card_id]
        await devices.register(session, apple, device=phone, push_token=phone * 2, now=NOW)
    for position in (1, 2):
        about = [About(shop.merchant_id, apple.id, position)]
        async with shop.database.tenant(shop.merchant_id) as session:
            await change_many(session, {Of.ITSELF: about}, now=NOW)
        if position == 1:
            await _is_told(shop)
    kept = wallet.Kept(shop.database, Keeper(), address="http://test")
    await kept.put_many(shop.merchant_id, [google.id], now=NOW)
    note = wallet.note_saved_of(shop.database, lambda: NOW)
    await note(Saved(google.serial, saved=True, nonce=phone))


async def _is_told(shop: Shop) -> None:
    async with shop.database.platform() as session:
        claimed = await telling.claim(session, Platform.APPLE, limit=10, now=NOW)
    ended = [telling.Ended(it, PushOutcome(Told.TAKEN)) for it in claimed]
    async with shop.database.batch([it.merchant_id for it in claimed]) as session:
        await telling.settle(session, Platform.APPLE, ended, now=NOW)
