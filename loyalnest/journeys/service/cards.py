"""What a journey says of somebody's stamp card: as they read, and where they see it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import stamps, templates
from loyalnest.journeys.service.addressing import NOBODY, Reader
from loyalnest.journeys.service.due import Due
from loyalnest.journeys.values import EnrolmentId
from loyalnest.stamps import CardId, CardProgram, Stage, enrolling


async def said_of(
    session: AsyncSession, dues: Sequence[Due], readers: Mapping[UUID, Reader], *, now: datetime
) -> Mapping[EnrolmentId, Mapping[str, Any]]:
    """What is filled in where a step speaks of the card by which somebody entered."""
    about = {it.id: CardId(UUID(it.facts["card_id"])) for it in dues if _speaks(it)}
    if not about:
        return {}
    states = await stamps.states(session, set(about.values()), now=now)
    whose = {id_: it.card.merchant_id for id_, it in states.items()}
    links = await enrolling.links_to(
        session, {it: whose[it] for it in about.values() if it in whose}, now=now
    )
    said: dict[EnrolmentId, Mapping[str, Any]] = {}
    for it in dues:
        card_id = about.get(it.id)
        if card_id is None or card_id not in states:
            continue
        program, reader = states[card_id].program, readers.get(it.customer_id, NOBODY)
        stage = _stage(program, it.facts.get("stage"))
        said[it.id] = {
            "card": reader.called(program.terms),
            "link": links[card_id],
            **({"reward": reader.called(stage)} if stage else {}),
        }
    return said


def _speaks(it: Due) -> bool:
    return "card_id" in it.facts and "card" in templates.terms_of(it.tell.occasion).variables


def _stage(program: CardProgram, key: str | None) -> Stage | None:
    """A stage as its latest version has it."""
    terms = [program.versions[it] for it in sorted(program.versions, reverse=True)]
    return next((stage for each in terms for stage in each.stages if stage.key == key), None)
