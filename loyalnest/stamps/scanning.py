"""Codes that a shop's own till has scanned: which cards they name, and whether they count."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.errors import DomainError
from loyalnest.stamps import codes, printed, storage
from loyalnest.stamps.code_errors import CodeAlreadyUsed, ConfirmName
from loyalnest.stamps.codes import Code, CodeKind
from loyalnest.stamps.errors import CardNotFound
from loyalnest.stamps.secrets import secret_of
from loyalnest.stamps.showing import doubt_of
from loyalnest.stamps.values import Card, CardId


@dataclass(frozen=True, slots=True)
class Scan:
    """A code on which somebody wants to stamp."""

    text: str
    number: str
    """Of the card that it names, whether it may or not."""
    confirmed: bool
    """Whoever scanned it has asked for the name."""
    key: str
    """Of the stamping: what was stamped under it before is not looked into again."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Admitted:
    """A card that may be stamped for its code's sake."""

    card_id: CardId
    step: int | None = None
    """Of a live code, which is used up by the stamp."""


async def admit(
    session: AsyncSession, scans: Sequence[Scan], others: Collection[CardId], *, now: datetime
) -> dict[str, Admitted | DomainError]:
    """Which card each code names, by the stamping's key; or why it doesn't count.

    The cards are held until the transaction ends, and with them `others`, which are to be stamped
    in it too: all in one order, so that nobody waits for each other. Cards of paper are opened by
    their first use.
    """
    read = await _read(session, scans)
    named = await storage.cards_by_number(session, {it.number for it in scans})
    papers = await printed.bearing(session, {it.number for it in scans} - named.keys())
    named |= {number: card_id for number, card_id in papers.items() if card_id is not None}
    fresh = {it.number for it in scans if it.confirmed and isinstance(read[it.key], Code)}
    opened = await printed.take_up_many(session, fresh & papers.keys() - named.keys(), now=now)
    named |= {number: it for number, it in opened.items() if not isinstance(it, DomainError)}
    cards = await storage.leading(session, {*others, *named.values()}, lock=True)
    # Only now: another request under the same key may have had these cards until a moment ago.
    known = await storage.stamps_by_key(session, [it.key for it in scans])
    found: dict[str, Admitted | DomainError] = {}
    for it in scans:
        code, refusal = read[it.key], opened.get(it.number)
        if it.key in known:
            found[it.key] = Admitted(CardId(known[it.key].card_id))
        elif isinstance(code, DomainError):
            found[it.key] = code
        elif isinstance(refusal, DomainError):
            found[it.key] = refusal
        elif it.number in named:
            found[it.key] = _judge(it, code, cards.find(named[it.number]))
        else:
            found[it.key] = ConfirmName() if it.number in papers else CardNotFound()
    return await _with_names(session, scans, found, named, cards)


async def _read(session: AsyncSession, scans: Sequence[Scan]) -> dict[str, Code | DomainError]:
    secret, merchant_id = await secret_of(session), merchant_of(session)
    read: dict[str, Code | DomainError] = {}
    for it in scans:
        try:
            code = codes.read(secret, merchant_id, it.text)
            codes.check_fresh(code, it.at, within=codes.SCANNED_WITHIN)
        except DomainError as error:
            read[it.key] = error
        else:
            read[it.key] = code
    return read


def _judge(scan: Scan, code: Code, card: Card | None) -> Admitted | DomainError:
    if card is None:
        return CardNotFound()
    live = code.kind is CodeKind.LIVE
    if live and code.moment <= card.code_step:
        return CodeAlreadyUsed()
    # A void card is refused for what it is, whoever brings it.
    if doubt_of(code, card.moves) and not scan.confirmed and card.state == "active":
        return ConfirmName()
    return Admitted(card.id, code.moment if live else None)


async def _with_names(
    session: AsyncSession,
    scans: Sequence[Scan],
    found: Mapping[str, Admitted | DomainError],
    named: Mapping[str, CardId],
    cards: storage.Leading,
) -> dict[str, Admitted | DomainError]:
    """The same, telling whose name staff should hear where they have to ask."""
    owners: dict[str, UUID] = {}
    for it in scans:
        card = cards.find(named[it.number]) if it.number in named else None
        if card is not None and isinstance(found[it.key], ConfirmName):
            owners[it.key] = card.customer_id
    if not owners:
        return dict(found)
    people = await customers.find_many(session, list(set(owners.values())))
    return {key: _asking(people, owners[key]) if key in owners else it for key, it in found.items()}


def _asking(people: Mapping[UUID, customers.Customer], owner: UUID) -> ConfirmName:
    name = people[owner].name if owner in people else None
    if name is None:
        return ConfirmName()
    return ConfirmName(
        f"This code alone doesn't tell whose card it is. Ask for the name, which is {name},"
        " and confirm it.",
        fields={"confirmed": f"has to be true, once somebody has said that they are {name}"},
    )
