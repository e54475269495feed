"""Whose wallets this installation puts cards into: Apple's and Google's, as far as it is set up."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.routing import Route

from loyalnest import wallet
from loyalnest.entrypoints import certificates, keeping
from loyalnest.integrations import apple, google
from loyalnest.integrations.calls import Line, Way
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database
from loyalnest.kernel.errors import DomainError
from loyalnest.kernel.settings import Settings
from loyalnest.stamps import enrolling

log = structlog.get_logger(__name__)

_APPLE = str(Settings.model_fields["apple_push_url"].default)
_GOOGLE_S = 10.0


@dataclass(frozen=True, slots=True)
class Wallets:
    """What a server or a worker needs of wallets; None for one that isn't set up."""

    maker: wallet.PassMaker | None
    pusher: wallet.Pusher | None
    google: google.GoogleWallet | None
    issuer_id: str | None


def open_wallets(settings: Settings) -> Wallets:
    """The wallets that are set up. One that is set up badly is none, and the log says why."""
    account = _google_account(settings)
    maker, pusher = _apple(settings)
    return Wallets(maker, pusher, _google_wallet(account, settings), account and account.issuer_id)


def places(settings: Settings) -> enrolling.FindWallets:
    """Where a card gets into a wallet, for pages that show one."""
    wallets = open_wallets(settings)
    links_of = wallet.buttons_of(
        address=settings.address,
        apple=wallets.maker is not None,
        google=wallets.google is not None,
    )

    async def find(
        session: AsyncSession, card_ids: Sequence[UUID]
    ) -> Mapping[UUID, enrolling.WalletPlaces]:
        links = await links_of(session, card_ids, clock.now())
        return {
            it: enrolling.WalletPlaces(found.apple, found.google) for it, found in links.items()
        }

    return find


def doors(
    database: Database, settings: Settings
) -> tuple[list[Route], list[Callable[[], AbstractAsyncContextManager[object]]]]:
    """Where phones and Google ask, and what must run meanwhile."""
    wallets = open_wallets(settings)
    address = settings.address
    closing: list[Callable[[], Awaitable[None]]] = []
    links = wallet.Links(database, address=address, clock=clock.now)
    routes: list[Route] = []
    if wallets.maker is not None:
        files = wallet.Files(database, wallets.maker, lambda: keeping.objects(settings))
        closing.append(files.close)
        service = wallet.PhoneDoor(
            database,
            files,
            pass_type=wallets.maker.pass_type,
            address=address,
            clock=clock.now,
        )
        routes += wallet.phone_routes(service)
        routes.append(wallet.apple_link_route(links, files))
    if wallets.google is not None and wallets.issuer_id is not None:
        routes.append(_callback_route(database, settings, wallets.issuer_id))
        kept = wallet.Kept(database, wallets.google, address=address)
        routes += wallet.google_link_routes(links, kept)
        closing.append(kept.close)

    @asynccontextmanager
    async def running() -> AsyncGenerator[None]:
        # Beside the start, which a store that is away holds up no longer.
        looking = asyncio.create_task(keeping.look(settings)) if wallets.maker else None
        yield
        if looking is not None:
            looking.cancel()
            await asyncio.wait([looking])
        for close in closing:
            await close()

    return routes, [running]


def _apple(settings: Settings) -> tuple[wallet.PassMaker | None, wallet.Pusher | None]:
    """Who makes passes and tells phones. Apple is told nothing in the name of a trial's set."""
    try:
        identity = certificates.find_apple(settings)
        is_trial = apple.place_of(settings) is None
    except DomainError as error:
        log.warning("wallets.apple_unusable", code=error.code, detail=error.detail)
        return None, None
    if identity is None:
        return None, None
    maker = apple.ApplePasses(identity, clock.now)
    if is_trial and settings.apple_push_url == _APPLE:
        return maker, None
    pusher = apple.ApplePushes(
        identity,
        clock.now,
        url=settings.apple_push_url,
        authorities=settings.apple_push_authorities,
    )
    return maker, pusher


def _callback_route(database: Database, settings: Settings, issuer_id: str) -> Route:
    way = Way("", clock.now, _GOOGLE_S)
    keys = google.RootKeys(lambda: Line(way), settings.google_wallet_keys_url, clock.now)
    note = wallet.note_saved_of(database, clock.now)
    return google.callback_route(google.Callbacks(issuer_id, keys, note, clock=clock.now))


def _google_account(settings: Settings) -> google.Account | None:
    if settings.google_wallet_issuer is None or settings.google_wallet_account is None:
        return None
    try:
        return google.read_account(
            settings.google_wallet_account, issuer_id=settings.google_wallet_issuer
        )
    except DomainError as error:
        log.warning("wallets.google_unusable", code=error.code, detail=error.detail)
        return None


def _google_wallet(
    account: google.Account | None, settings: Settings
) -> google.GoogleWallet | None:
    if account is None:
        return None
    return google.GoogleWallet(
        account,
        Way(settings.google_wallet_url, clock.now, _GOOGLE_S),
        save_url=settings.google_wallet_save_url,
        origins=[settings.address],
    )
