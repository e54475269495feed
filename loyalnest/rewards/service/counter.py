"""The counter: redemptions that come while others are being written down share the next commit."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from loyalnest.kernel.database import Database
from loyalnest.kernel.errors import DomainError
from loyalnest.kernel.events import Author, sign
from loyalnest.kernel.gathering import Gathering
from loyalnest.kernel.http import Claim, claim_many, release
from loyalnest.kernel.ids import from_wire, to_wire
from loyalnest.rewards import errors, queries
from loyalnest.rewards.service.redeeming import OutOfStock, Redeemed, Wish, redeem_many
from loyalnest.rewards.values import REDEMPTION, CodeIssuer, Redemption, RedemptionId

_SCOPE = "redeem"
_EFFECT = "redemption_id"


@dataclass(frozen=True, slots=True)
class Request:
    """A wish, who sent it, and by which name it is known if it comes again."""

    merchant_id: UUID
    author: Author
    wish: Wish
    key: str
    request_hash: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Served:
    """What a request came to, now or, where it is told again, the first time."""

    redemption: Redemption
    again: bool


def counter(issuer: CodeIssuer) -> Gathering[Request, Served]:
    """Where one server process redeems rewards: a caller's requests of the same moment together.

    Each is answered as it would be alone. Of one customer, and by one key, only one is carried out
    at a time, so that the next one meets what that has left.
    """

    async def serve(database: Database, group: Sequence[Request]) -> list[Served | DomainError]:
        losers: set[RedemptionId] = set()
        while True:
            try:
                return await _serve(database, issuer, group, losers)
            except OutOfStock as error:
                losers.update(error.losers)

    return Gathering(
        serve,
        called=_SCOPE,
        group=64,
        at_once=1,
        waiting_at_most=2_000,
        crowded=errors.RedeemingCrowded,
        together=_together,
    )


def _together(waiting: Sequence[Request]) -> list[bool]:
    first, customers, keys = waiting[0], set[UUID](), set[str]()
    chosen: list[bool] = []
    for it in waiting:
        chosen.append(
            (it.merchant_id, it.author) == (first.merchant_id, first.author)
            and it.wish.customer_id not in customers
            and it.key not in keys
        )
        customers.add(it.wish.customer_id)
        keys.add(it.key)
    return chosen


async def _serve(
    database: Database,
    issuer: CodeIssuer,
    group: Sequence[Request],
    losers: Collection[RedemptionId],
) -> list[Served | DomainError]:
    first, now = group[0], group[-1].at
    claims = [
        Claim(it.key, it.request_hash, {_EFFECT: to_wire(REDEMPTION, it.wish.redemption_id)})
        for it in group
    ]
    async with database.tenant_by_driver(first.merchant_id) as session:
        sign(session, first.author)
        earlier = await claim_many(session, claims, scope=_SCOPE, now=now)
        fresh = [it for it, known in zip(group, earlier, strict=True) if known is None]
        wishes = [it.wish for it in fresh if it.wish.redemption_id not in losers]
        redeemed = await redeem_many(session, issuer, wishes, actor=first.author.actor, now=now)
        outcomes: dict[RedemptionId, Redeemed | DomainError] = {
            wish.redemption_id: outcome for wish, outcome in zip(wishes, redeemed, strict=True)
        }
        outcomes |= {id_: errors.RewardSoldOut() for id_ in losers}
        refused = [
            it.key for it in fresh if isinstance(outcomes[it.wish.redemption_id], DomainError)
        ]
        await release(session, refused, scope=_SCOPE)
        made = [_id(it) for it in earlier if isinstance(it, dict)]
        told = await queries.find_redemptions(session, made) if made else {}
    answers: list[Served | DomainError] = []
    for it, known in zip(group, earlier, strict=True):
        outcome = outcomes[it.wish.redemption_id] if known is None else known
        if isinstance(outcome, Redeemed):
            answers.append(Served(outcome.redemption, again=False))
        elif isinstance(outcome, DomainError):
            answers.append(outcome)
        else:
            answers.append(Served(told[_id(outcome)], again=True))
    return answers


def _id(effect: dict[str, str]) -> RedemptionId:
    return RedemptionId(from_wire(REDEMPTION, effect[_EFFECT]))
