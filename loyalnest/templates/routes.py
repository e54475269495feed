"""REST: what customers are told, worded occasion by occasion."""

from typing import Annotated

from fastapi import APIRouter, Path
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.http import PROBLEMS, Now, Page, Paging, SignedIn, page_of, tenant
from loyalnest.kernel.languages import LANGUAGES
from loyalnest.templates import queries, rendering, rules, service
from loyalnest.templates.errors import PartUnfit
from loyalnest.templates.occasions import TERMS, sample_of
from loyalnest.templates.queries import UnitNames
from loyalnest.templates.schemas import (
    ApprovalChange,
    MessagePreviewView,
    OccasionsView,
    OccasionView,
    PreviewRequest,
    TemplateChange,
    TemplateRestore,
    TemplateView,
    VersionView,
)
from loyalnest.templates.values import Channel, Links, Occasion, Template, Wanted

Reading = Annotated[AsyncSession, tenant("program:read")]
Writing = Annotated[AsyncSession, tenant("program:write")]
_SPOKEN = f"^({'|'.join(LANGUAGES)})$"
Language = Annotated[str, Path(pattern=_SPOKEN, description="One of the product's languages.")]
_ONE = "/{occasion}/{channel}/{language}"


def router_of(address: str, units: UnitNames) -> APIRouter:
    """The routes; `address` is the installation's, `units` knows what merchants call points."""
    router = APIRouter(
        prefix="/v1/api/notifications/templates", tags=["Message templates"], responses=PROBLEMS
    )
    loading = _Loading(address, units)
    _add_reads(router, loading)
    _add_writes(router, loading)
    _add_approval(router, loading)
    return router


class _Loading:
    """Templates as they count now."""

    def __init__(self, address: str, units: UnitNames):
        self.address, self.units = address, units

    async def template(self, session: AsyncSession, it: Wanted) -> Template:
        found = await queries.load(session, [it], address=self.address, units=self.units)
        return found[it]

    async def view(self, session: AsyncSession, it: Wanted) -> TemplateView:
        template = await self.template(session, it)
        return TemplateView.of(template, (await queries.newest(session, [it])).get(it))


def _add_reads(router: APIRouter, loading: _Loading) -> None:
    @router.get("", operation_id="list_message_templates")
    async def list_message_templates(session: Reading) -> OccasionsView:
        """Every occasion on which customers hear from you, and where you use words of your own."""
        own = await queries.list_own(session)
        return OccasionsView(items=[OccasionView.of(terms, own) for terms in TERMS.values()])

    @router.get(_ONE, operation_id="get_message_template")
    async def get_message_template(
        occasion: Occasion, channel: Channel, language: Language, session: Reading
    ) -> TemplateView:
        """The words that count now, beside those that come with the product."""
        return await loading.view(session, Wanted(occasion, channel, language))

    @router.get(f"{_ONE}/versions", operation_id="list_message_template_versions")
    async def list_message_template_versions(
        occasion: Occasion, channel: Channel, language: Language, session: Reading, paging: Paging
    ) -> Page[VersionView]:
        """What was saved, the latest first."""
        rules.check_channel(occasion, channel)
        found = await queries.list_versions(
            session,
            Wanted(occasion, channel, language),
            below=paging.after_number(),
            limit=paging.fetch,
        )
        return page_of(found, paging, show=VersionView.of, key=lambda it: (it.version,))

    @router.post(f"{_ONE}/preview", operation_id="preview_message_template")
    async def preview_message_template(
        occasion: Occasion,
        channel: Channel,
        language: Language,
        body: PreviewRequest,
        session: Reading,
    ) -> MessagePreviewView:
        """A message as a customer would get it; nothing is saved and nothing sent."""
        it = Wanted(occasion, channel, language)
        template = await loading.template(session, it)
        if body.words is not None:
            template = rules.drafted(template, body.words.words())
        given = sample_of(occasion) if body.variables is None else body.variables
        below = Links(unsubscribe=f"{loading.address}/u/…", preferences=f"{loading.address}/u/…")
        return MessagePreviewView.of(rendering.render(template, given, links=below), body.scheme)


def _add_writes(router: APIRouter, loading: _Loading) -> None:
    @router.put(_ONE, operation_id="save_message_template")
    async def save_message_template(
        occasion: Occasion,
        channel: Channel,
        language: Language,
        body: TemplateChange,
        session: Writing,
        caller: SignedIn,
        now: Now,
    ) -> TemplateView:
        """Say it in your own words from now on; messages that are sent already stay as they are."""
        it = Wanted(occasion, channel, language)
        words, read = body.words.words(), body.version
        await service.save(session, it, words, read_version=read, actor=caller.actor, now=now)
        return await loading.view(session, it)

    @router.post(f"{_ONE}/restore", operation_id="restore_message_template")
    async def restore_message_template(
        occasion: Occasion,
        channel: Channel,
        language: Language,
        body: TemplateRestore,
        session: Writing,
        caller: SignedIn,
        now: Now,
    ) -> TemplateView:
        """Put an earlier version back, or the words that come with the product."""
        it = Wanted(occasion, channel, language)
        which, read = body.restore, body.version
        await service.restore(session, it, which, read_version=read, actor=caller.actor, now=now)
        return await loading.view(session, it)


def _add_approval(router: APIRouter, loading: _Loading) -> None:
    @router.put(f"{_ONE}/approval", operation_id="note_message_template_approval")
    async def note_message_template_approval(
        occasion: Occasion,
        channel: Channel,
        language: Language,
        body: ApprovalChange,
        session: Writing,
        caller: SignedIn,
        now: Now,
    ) -> TemplateView:
        """Note what your provider says of a WhatsApp template; only an approved one is sent."""
        it = Wanted(occasion, channel, language)
        name = (await loading.template(session, it)).words.name
        if channel is not Channel.WHATSAPP or name is None:
            raise PartUnfit("Only WhatsApp templates need an approval.")
        judged = body.approval
        await service.note_approval(session, name, language, judged, actor=caller.actor, now=now)
        return await loading.view(session, it)
