"""REST: tools that are told what happens in the program."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.http import PROBLEMS, Now, SignedIn, tenant
from loyalnest.messaging import Provider
from loyalnest.sinks import queries, service
from loyalnest.sinks.errors import SinkUnknown
from loyalnest.sinks.ports import SinkOffer
from loyalnest.sinks.schemas import SinkIn, SinkOfferOut, SinkOut, offer_out, sink_out

Reading = Annotated[AsyncSession, tenant("program:read")]
Writing = Annotated[AsyncSession, tenant("program:write")]


def router_of(offers: Sequence[SinkOffer]) -> APIRouter:
    """Connecting tools, for those that there are here."""
    router = APIRouter(prefix="/v1/api/sinks", tags=["Sinks"], responses=PROBLEMS)
    known = {offer.provider: offer for offer in offers}

    @router.get("", operation_id="list_sinks")
    async def _list(session: Reading) -> list[SinkOut]:  # pyright: ignore[reportUnusedFunction]
        """The tools that are told, and how far each has come."""
        return [sink_out(it) for it in await queries.list_sinks(session)]

    @router.get("/offers", operation_id="list_sink_offers")
    async def _offers(session: Reading) -> list[SinkOfferOut]:  # pyright: ignore[reportUnusedFunction]
        """The tools that can be told, and what each needs to know."""
        return [offer_out(offer) for offer in offers]

    @router.put("/{provider}", operation_id="connect_sink")
    async def _connect(  # pyright: ignore[reportUnusedFunction]
        session: Writing, provider: Provider, body: SinkIn, caller: SignedIn, now: Now
    ) -> SinkOut:
        """Tell a tool what happens from now on, or enter its account anew.

        Only of customers who agreed to outreach by e-mail is anything told.
        """
        if provider not in known:
            raise SinkUnknown
        sink = await service.connect(
            session,
            known[provider],
            body.values,
            with_history=body.with_history,
            actor=caller.actor,
            now=now,
        )
        return sink_out(sink)

    @router.delete("/{provider}", operation_id="remove_sink", status_code=204)
    async def _remove(  # pyright: ignore[reportUnusedFunction]
        session: Writing, provider: Provider, now: Now
    ) -> None:
        """Tell a tool nothing any more. What it was told stays there."""
        await service.remove(session, provider, now=now)

    return router
