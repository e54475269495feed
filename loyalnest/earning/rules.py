"""What an order earns and gives back. Pure: values in, values out.

An order's facts decide where the books should stand (`target`); the difference to where they stand
is posted (`steps_to`). Nothing depends on the way there, so facts may come in any order.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction

import msgspec

from loyalnest import campaigns
from loyalnest.campaigns import Boost, Combining, Part, Spread
from loyalnest.earning.values import NOTHING, SHIPPING, TIPS, Award, Posted, Step, Target, Worth
from loyalnest.kernel.shares import share_out
from loyalnest.merchants import AwardOn, Counts, HoldKind, ProgramSettings, Rounding
from loyalnest.orders import Facts, Line, Refund, Snapshot, in_shop_money

ZERO = Decimal(0)
_ROUNDING = {
    Rounding.DOWN: ROUND_FLOOR,
    Rounding.NEAREST: ROUND_HALF_UP,
    Rounding.UP: ROUND_CEILING,
}


def target(
    facts: Facts,
    settings: ProgramSettings,
    boosts: Sequence[Boost] = (),
    worth: Worth | None = None,
) -> Target:
    """What an order should have earned and given back, by the program of the day it was placed.

    `boosts` are those that were decided when it first earned; `worth` is what its spend alone is
    worth, by whoever has worked it out already.
    """
    snapshot, awarded_at = facts.snapshot, awarded_at_of(facts, settings.award_on)
    if snapshot is None or awarded_at is None or not settings.runs("orders"):
        return Target(0, 0, NOTHING, awarded_at)
    award = award_of(worth or worth_of(snapshot, settings), snapshot, settings, boosts)
    if facts.gone_at is not None:
        return Target(award.points, award.points, award, awarded_at)
    clawed = clawed_of(facts.refunds, snapshot, award, settings.counts)
    return Target(award.points, clawed, award, awarded_at)


def awarded_at_of(facts: Facts, award_on: AwardOn) -> datetime | None:
    """When the order met the condition for earning, if it has."""
    if award_on is AwardOn.PAID:
        return facts.paid_at
    if award_on is AwardOn.FULFILLED:
        return facts.fulfilled_at
    return facts.snapshot.placed_at if facts.snapshot else None


def worth_of(snapshot: Snapshot, settings: ProgramSettings) -> Worth:
    """The points for an order's spend, rounded once, and each part's share of them."""
    counted = spend_of(snapshot, settings.counts)
    spend = sum((amount for _, amount in counted), ZERO)
    points = max(points_for(spend, snapshot.currency, settings), 0) if spend > 0 else 0
    shares = share_out(points, [amount for _, amount in counted]) if points else [0] * len(counted)
    products = {line.id: line.product for line in snapshot.lines}
    parts = tuple(
        Part(id_, products.get(id_), amount, share)
        for (id_, amount), share in zip(counted, shares, strict=True)
    )
    return Worth(points, spend, parts)


def award_of(
    worth: Worth, snapshot: Snapshot, settings: ProgramSettings, boosts: Sequence[Boost]
) -> Award:
    """What an order earns by its spend and by what boosts add to it."""
    if worth.spend <= 0:
        return NOTHING
    parts, added = worth.parts, Spread(by_part=(), by_boost=())
    if boosts:
        added = campaigns.spread(parts, boosts, combining_of(settings))
        parts = tuple(
            msgspec.structs.replace(part, points=part.points + more) if more else part
            for part, more in zip(parts, added.by_part, strict=True)
        )
    if worth.points + added.points <= 0:
        return NOTHING
    return Award(
        points=worth.points + added.points,
        spend=worth.spend,
        rate=rate_for(snapshot.currency, settings),
        parts=parts,
        base=worth.points,
        boosts=tuple(boosts),
        added=added.by_boost,
    )


def combining_of(settings: ProgramSettings) -> Combining:
    """How the program puts multipliers together."""
    return Combining(settings.multipliers.combine.value, settings.multipliers.at_most)


def points_for(spend: Decimal, currency: str, settings: ProgramSettings) -> int:
    """What an amount of money is worth, rounded as the merchant chose."""
    points = spend * rate_for(currency, settings)
    return int(points.to_integral_value(_ROUNDING[settings.rounding]))


def rate_for(currency: str, settings: ProgramSettings) -> Decimal:
    """Points for one unit of a currency."""
    return settings.rates.get(currency, settings.default_rate)


def spend_of(snapshot: Snapshot, counts: Counts) -> list[tuple[str, Decimal]]:
    """What counts as spent, line by line; shipping and tips are lines of their own."""
    parts = [
        (line.id, line_spend(line, counts))
        for line in snapshot.lines
        if counts.gift_cards or not line.gift_card
    ]
    if counts.shipping and snapshot.shipping:
        parts.append((SHIPPING, snapshot.shipping))
    if counts.tips and snapshot.tips:
        parts.append((TIPS, snapshot.tips))
    return parts


def line_spend(line: Line, counts: Counts) -> Decimal:
    """What counts as spent on one line."""
    spend = line.net
    if not counts.discounted:
        spend += line.discount
    if counts.tax:
        spend += line.tax
    return spend


def clawed_of(refunds: Iterable[Refund], snapshot: Snapshot, award: Award, counts: Counts) -> int:
    """How many of an order's points its refunds and edits have taken back, at most all.

    Computed from the sums, not refund by refund: many partial refunds end where one full one does.
    """
    if not award.points:
        return 0
    effective = [refund for refund in refunds if refund.effective]
    clawed = _by_lines(effective, snapshot, award)
    if effective:
        clawed += _by_amount(effective, snapshot, award, counts)
        clawed += _by_shipping(effective, snapshot, award)
    return min(award.points, clawed)


def _by_lines(refunds: Sequence[Refund], snapshot: Snapshot, award: Award) -> int:
    points = {part.id: part.points for part in award.parts}
    clawed = 0
    for line in snapshot.lines:
        refunded = sum(refund.lines.get(line.id, 0) for refund in refunds)
        gone = max(refunded, line.quantity - line.current_quantity)
        if gone > 0 and line.id in points:
            clawed += _share(points[line.id], gone, line.quantity)
    return clawed


def _by_amount(refunds: Sequence[Refund], snapshot: Snapshot, award: Award, counts: Counts) -> int:
    """The share of the goods that refunds without lines paid back.

    A refund that states its tax is measured against the goods without tax; one that doesn't holds
    the tax in its amount, and is measured against the goods with it.
    """
    lines = [line for line in snapshot.lines if counts.gift_cards or not line.gift_card]
    tips = snapshot.tips if counts.tips else ZERO
    net = sum((line.net for line in lines), tips)
    gross = sum((line.tax for line in lines), net)
    share = Fraction(0)
    for refund in refunds:
        if refund.lines or not refund.amount:
            continue
        paid = net if refund.tax else gross
        share += Fraction(in_shop_money(refund.amount, refund, snapshot)) / Fraction(paid or 1)
    goods = sum(part.points for part in award.parts if part.id != SHIPPING)
    return min(goods, int(goods * share))


def _by_shipping(refunds: Sequence[Refund], snapshot: Snapshot, award: Award) -> int:
    """Shipping given back takes points back only where shipping had earned some."""
    points = sum(part.points for part in award.parts if part.id == SHIPPING)
    if not points:
        return 0
    back = sum((in_shop_money(refund.shipping, refund, snapshot) for refund in refunds), ZERO)
    return min(points, int(points * Fraction(back) / Fraction(snapshot.shipping)))


def _share(points: int, gone: int, quantity: int) -> int:
    return points if gone >= quantity else points * gone // quantity


def steps_to(goal: Target, posted: Posted) -> list[Step]:
    """The postings that bring the books to the goal; none when they are there.

    An edit may lower what was earned (`correct`), or bring back what had been taken (`restore`).
    """
    steps: list[Step] = []

    def step(name: str, amount: int) -> None:
        steps.append(Step(f"{name}:{posted.steps + len(steps) + 1}", amount))

    if goal.earned != posted.earned:
        more = goal.earned - posted.earned
        step("earn" if more > 0 else "correct", more)
    if goal.clawed != posted.clawed:
        more = goal.clawed - posted.clawed
        step("claw" if more > 0 else "restore", -more)
    return steps


def posted_by(amounts: Iterable[tuple[str, int]]) -> Posted:
    """What an order's entries (step, amount) add up to.

    Entries that the ledger added of its own (a debt written off) are no steps of ours.
    """
    earned = clawed = steps = 0
    for step, amount in amounts:
        name, _, number = step.partition(":")
        if not number.isdigit():
            continue
        steps += 1
        if name in ("earn", "correct"):
            earned += amount
        else:
            clawed -= amount
    return Posted(earned, clawed, steps)


def held_until(
    goal: Target, settings: ProgramSettings, fulfilled_at: datetime | None, *, ever: datetime
) -> datetime | None:
    """Until when an order's points stay pending; `ever` stands for "until it is fulfilled"."""
    if goal.awarded_at is None or settings.hold.kind is HoldKind.NONE:
        return None
    if settings.hold.kind is HoldKind.DAYS:
        return goal.awarded_at + timedelta(days=settings.hold.days)
    return None if fulfilled_at else ever


def turned_at(facts: Facts) -> datetime | None:
    """When something last took points away from the order: its refunds, its end, an edit."""
    instants = [refund.occurred_at for refund in facts.refunds if refund.effective]
    if facts.gone_at:
        instants.append(facts.gone_at)
    if not instants and facts.snapshot:
        instants.append(facts.snapshot.version)
    return max(instants) if instants else None
