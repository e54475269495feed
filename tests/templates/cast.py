"""A merchant that words its messages, and templates that need no database."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import branding, notices, templates, texts
from loyalnest.kernel.database import merchant_of
from loyalnest.templates import Channel, Occasion, Template, Voice, Words
from loyalnest.templates.builtin import words_of
from tests.conftest import NOW

VOICE = Voice(
    merchant_id=UUID(int=1),
    program="Café Nord",
    palette=branding.palette_of("#0b6e5e"),
    corners=branding.Corners.ROUNDED,
    logo=None,
)


def template(
    occasion: Occasion = Occasion.POINTS_EARNED,
    channel: Channel = Channel.EMAIL,
    language: str = "en",
    *,
    words: Words | None = None,
    voice: Voice = VOICE,
) -> Template:
    """A template with words of its own or the product's."""
    return Template(
        occasion, channel, language, 0, words or words_of(occasion, channel, language), voice
    )


async def say_it_in_own_words(session: AsyncSession) -> None:
    """The session's merchant words a text and a message, and says what is told."""
    mended = {"other": "Feierabend"}
    await texts.mend(session, "de", "app.signOut", mended, actor="test", now=NOW)
    greeting = templates.Wanted(Occasion.WELCOME, Channel.SMS, "de")
    own = Words(f"Welcome to {merchant_of(session).hex}!")
    await templates.save(session, greeting, own, actor="test", now=NOW)
    judged = templates.Approval.APPROVED
    await templates.note_approval(session, "hello", "en", judged, actor="test", now=NOW)
    told = notices.NoticeSettings(points_earned=notices.Notice())
    await notices.save_settings(session, told, actor="test", now=NOW)
