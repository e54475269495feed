"""Which campaigns an order meets, and what all its boosts come to. Pure: values in, values out."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from loyalnest.campaigns.values import (
    ONE,
    WIRE_PREFIX,
    Boost,
    Campaign,
    Combining,
    Conditions,
    Part,
    Phase,
    Progress,
    Purchase,
    Rule,
    SpendGoal,
    Spread,
    State,
)
from loyalnest.kernel.ids import to_wire
from loyalnest.kernel.shares import share_out

ZERO = Decimal(0)


def phase_of(campaign: Campaign, now: datetime) -> Phase:
    """Where a campaign is in its life."""
    rule = campaign.rule
    if rule.state is not State.ACTIVE:
        return Phase(rule.state.value)
    if now < rule.starts_at:
        return Phase.SCHEDULED
    if rule.ends_at is not None and now >= rule.ends_at:
        return Phase.ENDED
    if campaign.budget is not None and campaign.spent >= campaign.budget:
        return Phase.USED_UP
    return Phase.RUNNING


def meets(
    rule: Rule,
    purchase: Purchase,
    *,
    zone: ZoneInfo,
    tier: str | None,
    segment: str | None,
    collections: Mapping[str, Sequence[str]] | None = None,
) -> bool:
    """Whether an order falls under a rule, its buyer's first order and holdout aside.

    `collections` are those of the order's products, by product.
    """
    if rule.state is not State.ACTIVE or not _within(rule, purchase.placed_at):
        return False
    wanted = rule.conditions
    return (
        _among(wanted.segments, segment)
        and _among(wanted.tiers, tier)
        and (not wanted.stores or to_wire("sto", purchase.store_id) in wanted.stores)
        and _among(wanted.channels, purchase.channel)
        and (
            not wanted.weekdays
            or purchase.placed_at.astimezone(zone).isoweekday() in wanted.weekdays
        )
        and purchase.spend >= wanted.minimum_spend
        and chosen_products(wanted, purchase.parts, collections or {}) != ()
    )


def chosen_products(
    wanted: Conditions, parts: Sequence[Part], collections: Mapping[str, Sequence[str]]
) -> tuple[str, ...] | None:
    """Which of an order's products a campaign is about; None: it asks for none."""
    if not wanted.products and not wanted.collections:
        return None
    bought = dict.fromkeys(part.product for part in parts if part.product is not None)
    named, within = set(wanted.products), set(wanted.collections)
    return tuple(
        product
        for product in bought
        if product in named or not within.isdisjoint(collections.get(product, ()))
    )


def scaled_products(
    wanted: Conditions, parts: Sequence[Part], collections: Mapping[str, Sequence[str]]
) -> tuple[str, ...] | None:
    """The products whose lines a campaign scales, in an order and in later edits of it.

    All that it names, and of its collections what was in the order: a collection may hold thousands
    and change tomorrow, and an order keeps what was decided for it.
    """
    chosen = chosen_products(wanted, parts, collections)
    if chosen is None:
        return None
    return tuple(dict.fromkeys((*wanted.products, *chosen)))


def is_held_out(campaign_id: UUID, customer_id: UUID, per_cent: int) -> bool:
    """Whether a customer belongs to the share that a campaign leaves out: always the same ones.

    Likewise for whatever else leaves a share out, by its id; a larger share holds the smaller one.
    """
    if not per_cent:
        return False
    digest = hashlib.sha256(campaign_id.bytes + customer_id.bytes).digest()
    return int.from_bytes(digest[:8]) % 100 < per_cent


def spread(parts: Sequence[Part], boosts: Sequence[Boost], combining: Combining) -> Spread:
    """What boosts add to an order, by part and by boost; both add up to the same points.

    Multipliers scale the whole points that each part earned; what they add is rounded down once
    for the order. Fixed points come on top and are not multiplied.
    """
    if not boosts or not parts:
        return Spread((0,) * len(parts), (0,) * len(boosts))
    by_boost, added = _scaled(parts, boosts, combining)
    by_part = [0] * len(parts)
    if multiplied := sum(by_boost):
        by_part = share_out(multiplied, added)
    for i, boost in enumerate(boosts):
        if boost.points and (touched := [n for n, part in enumerate(parts) if boost.touches(part)]):
            by_boost[i] += boost.points
            weights = [parts[n].spend for n in touched]
            shares = share_out(boost.points, weights if any(weights) else [ONE] * len(weights))
            for n, share in zip(touched, shares, strict=True):
                by_part[n] += share
    return Spread(tuple(by_part), tuple(by_boost))


def costs(parts: Sequence[Part], boosts: Sequence[Boost], combining: Combining) -> list[int]:
    """What each boost adds to an order, by `spread`, whichever parts it falls on."""
    by_boost, _ = _scaled(parts, boosts, combining)
    return [
        scaled + (boost.points if boost.points and any(map(boost.touches, parts)) else 0)
        for scaled, boost in zip(by_boost, boosts, strict=True)
    ]


def _scaled(
    parts: Sequence[Part], boosts: Sequence[Boost], combining: Combining
) -> tuple[list[int], Sequence[Decimal]]:
    """What multipliers add, in whole points by boost, and before rounding by part."""
    if not any(boost.factor > ONE for boost in boosts):
        return [0] * len(boosts), ()
    added, credits = _multiplied(parts, boosts, combining)
    return _within_limits(added, credits, boosts), added


def _multiplied(
    parts: Sequence[Part], boosts: Sequence[Boost], combining: Combining
) -> tuple[list[Decimal], list[Decimal]]:
    """What multipliers add to each part, and how much of it is whose doing."""
    added: list[Decimal] = []
    credits = [ZERO] * len(boosts)
    for part in parts:
        extras = {
            i: boost.factor - ONE
            for i, boost in enumerate(boosts)
            if boost.factor > ONE and boost.touches(part)
        }
        if combining.how == "highest" and extras:
            highest = max(extras, key=lambda i: extras[i])
            extras = {highest: extras[highest]}
        extra = part.points * (_combined(extras.values(), combining) - ONE)
        added.append(extra)
        of_all = sum(extras.values())
        for i, own in extras.items():
            credits[i] += extra * own / of_all
    return added, credits


def _combined(extras: Iterable[Decimal], by: Combining) -> Decimal:
    factor = ONE
    for extra in extras:
        factor = factor * (ONE + extra) if by.how == "product" else factor + extra
    return min(factor, by.at_most)


def _within_limits(
    added: Sequence[Decimal], credits: Sequence[Decimal], boosts: Sequence[Boost]
) -> list[int]:
    """Whole points by boost; none above what its campaign's budget had set aside."""
    total = int(sum(added, ZERO))  # towards zero
    if not total:
        return [0] * len(boosts)
    shares = share_out(total, credits)
    return [
        share if boost.at_most is None else min(share, boost.at_most)
        for share, boost in zip(shares, boosts, strict=True)
    ]


def _within(rule: Rule, instant: datetime) -> bool:
    return rule.starts_at <= instant and (rule.ends_at is None or instant < rule.ends_at)


def _among(wanted: Sequence[str], actual: str | None) -> bool:
    return not wanted or actual in wanted


def goal_points(progress: Progress | None) -> int:
    """What a customer's goal is worth by what they have spent; nothing below it."""
    if progress is None or not isinstance(progress.rule.effect, SpendGoal):
        return 0
    goal = progress.rule.effect
    return goal.points if progress.spend >= goal.spend else 0


def goal_basis(progress: Progress | None) -> dict[str, Any] | None:
    """The figures behind an entry for a goal, as they were when it was written."""
    if progress is None or not isinstance(progress.rule.effect, SpendGoal):
        return None
    return {
        "campaign": to_wire(WIRE_PREFIX, progress.campaign_id),
        "name": progress.rule.name,
        "version": progress.version,
        "goal": str(progress.rule.effect.spend),
        "reached": str(progress.spend),
        "currency": progress.currency,
    }
