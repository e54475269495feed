"""A message becomes a letter: in the customer's language, with links that tell nothing."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import consents, merchants, templates
from loyalnest.kernel.crypto import KeyRing
from loyalnest.kernel.database import ring_of
from loyalnest.kernel.errors import DomainError
from loyalnest.messaging.carrying import Approved, Content, Letter, Mail, Words
from loyalnest.messaging.keys import LETTER, REWORDING
from loyalnest.messaging.links import Tokens, Tracked
from loyalnest.messaging.ports import Doors
from loyalnest.messaging.sending.claiming import Due
from loyalnest.messaging.sending.judging import Go, Stop
from loyalnest.messaging.values import Channel, Purpose, Sender, State, WhyNot

_UNAPPROVED = "TEMPLATE_NOT_APPROVED"


@dataclass(frozen=True, slots=True)
class Written:
    """A letter, and what is kept of it: where it goes and where its links lead, sealed."""

    due: Due
    letter: Letter
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Stationery:
    """What every letter of an installation has in common."""

    address: str
    """Where the installation is reached."""
    units: templates.UnitNames | None = None
    """What merchants call their points."""
    doors: Doors | None = None
    """Where links lead that nobody has filled in."""


async def write(
    session: AsyncSession,
    going: Sequence[Go],
    *,
    sender: Sender,
    stationery: Stationery,
    now: datetime,
) -> list[Written | Stop]:
    """Write letters. One whose words don't fit is stopped alone."""
    if not going:
        return []
    merchant_id = sender.merchant_id
    languages = await _languages(session, merchant_id, going)
    leaving = await consents.links_for(
        session,
        merchant_id,
        [(go.whose, consents.Channel(go.due.channel)) for go in going],
        now=now,
    )
    wanted = [_wanted(go.due, languages[go.whose]) for go in going]
    found = await templates.load(
        session,
        {it for it in wanted if it},
        address=stationery.address,
        units=stationery.units,
    )
    doors = await _doors(session, merchant_id, going, stationery)
    desk = _Desk(sender, stationery, Tokens(ring_of(session)), ring_of(session), doors)
    return [
        _written(go, found.get(want) if want else None, links, desk)
        for go, links, want in zip(going, leaving, wanted, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Desk:
    sender: Sender
    stationery: Stationery
    tokens: Tokens
    ring: KeyRing
    doors: Mapping[templates.Door, str]


def _written(
    go: Go, template: templates.Template | None, leaving: consents.Leaving, desk: _Desk
) -> Written | Stop:
    due, sender, address = go.due, desk.sender, desk.stationery.address
    if template is None:
        return _stop(due, "TEMPLATE_NOT_FOUND")
    tracked = Tracked(sender.merchant_id, due.message_id, desk.tokens, address)
    try:
        links = _links(due, leaving, address, tracked)
        otherwise = due.variables.get(REWORDING)
        if otherwise:
            template = templates.reworded(template, templates.Rewording(**otherwise))
        filled = {**_link(due, desk.doors), **due.variables}
        rendered = templates.render(template, filled, links=links)
    except DomainError as error:
        return _stop(due, error.code)
    content = content_of(rendered)
    if content is None:
        return _stop(due, _UNAPPROVED)
    letter = Letter(
        message_id=due.message_id,
        merchant_id=sender.merchant_id,
        key=due.key,
        channel=due.channel,
        purpose=due.purpose,
        to=go.to,
        content=content,
        language=rendered.language,
        headers=_headers(due, leaving, sender, address),
        occasion=due.occasion,
    )
    # Where somebody is reached who is no customer is kept in one place alone, and not for long.
    to = go.to if go.customer else None
    kept = json.dumps({"to": to, "links": tracked.targets}).encode()
    return Written(due, letter, desk.ring.seal(sender.merchant_id, LETTER, kept))


async def _languages(
    session: AsyncSession, merchant_id: UUID, going: Sequence[Go]
) -> dict[UUID, str]:
    """What each customer reads: what they chose, what their shop knows, or the merchant's."""
    merchant = await merchants.get(session, merchant_id)
    members = [go.customer.id for go in going if go.customer]
    chosen = await consents.preferences_of(session, merchant_id, members)
    return {
        go.whose: (chosen[go.whose].language if go.customer else None)
        or go.language
        or merchant.locale
        for go in going
    }


async def _doors(
    session: AsyncSession, merchant_id: UUID, going: Sequence[Go], stationery: Stationery
) -> Mapping[templates.Door, str]:
    """Where the merchant's links lead, if any of these letters has one that is not filled in."""
    if stationery.doors is None or not any(_door(go.due) for go in going):
        return {}
    return await stationery.doors(session, merchant_id)


def _link(due: Due, doors: Mapping[templates.Door, str]) -> Mapping[str, str]:
    door = _door(due)
    return {"link": doors[door]} if door and door in doors else {}


def _door(due: Due) -> templates.Door | None:
    """Where a mail's link leads that nobody has filled in. Elsewhere a link costs letters."""
    terms = templates.TERMS.get(due.occasion)  # pyright: ignore[reportArgumentType]
    if due.channel is not Channel.EMAIL or terms is None or "link" in due.variables:
        return None
    link = terms.variables.get("link")
    return link.door if link else None


def _wanted(due: Due, language: str) -> templates.Wanted | None:
    try:
        occasion = templates.Occasion(due.occasion)
    except ValueError:  # asked for by a version of the product that knew it
        return None
    channel = templates.Channel(due.channel)
    if channel not in templates.terms_of(occasion).channels:
        return None
    return templates.Wanted(occasion, channel, language)


def _links(due: Due, leaving: consents.Leaving, address: str, tracked: Tracked) -> templates.Links:
    outreach = due.purpose is Purpose.OUTREACH
    return templates.Links(
        unsubscribe=f"{address}{leaving.unsubscribe}" if outreach else None,
        preferences=f"{address}{leaving.preferences}" if due.customer_id else None,
        follow=tracked.follow,
    )


def content_of(rendered: templates.Rendered) -> Content | None:
    """What a provider gets; nothing where WhatsApp has not approved the template."""
    if rendered.channel == Channel.EMAIL:
        return Mail(rendered.subject or "", rendered.text, rendered.html)
    if rendered.whatsapp is None:
        return Words(rendered.text)
    if rendered.whatsapp.approval is not templates.Approval.APPROVED:
        return None
    return Approved(rendered.whatsapp.name, rendered.whatsapp.language, rendered.whatsapp.variables)


def _headers(due: Due, leaving: consents.Leaving, sender: Sender, address: str) -> dict[str, str]:
    if due.channel is not Channel.EMAIL:
        return {}
    domain = sender.origin.rpartition("@")[2]
    headers = {"Message-ID": f"<{due.message_id.hex}@{domain}>"}
    if due.purpose is Purpose.OUTREACH:
        headers["List-Unsubscribe"] = f"<{address}{leaving.unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _stop(due: Due, code: str) -> Stop:
    if due.doubtful:
        return Stop(due, State.IN_DOUBT, WhyNot.UNWRITABLE, code)
    return Stop(due, State.DROPPED, WhyNot.UNWRITABLE, code)
