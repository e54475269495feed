"""`loyalnest up`: a whole installation from one command, database included."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import httpx
import typer

from loyalnest.entrypoints import cafe, certificates, demo, nest, post, regulars
from loyalnest.entrypoints.cli import catcher, shop
from loyalnest.entrypoints.cli.acting import open_database
from loyalnest.entrypoints.cli.ports import address_at
from loyalnest.entrypoints.cli.replay import was_delivered
from loyalnest.entrypoints.cli.running import (
    address_of,
    migrate,
    remember_shopify_secret,
    running_database,
    settings_here,
)
from loyalnest.entrypoints.cli.supervision import AlreadyRunning, Program, Register, keep
from loyalnest.integrations import smtp
from loyalnest.kernel import clock, embedded, processes
from loyalnest.kernel.embedded import locks
from loyalnest.kernel.errors import Conflict
from loyalnest.kernel.settings import Settings

_OWN = (sys.executable, "-m", "loyalnest.entrypoints.cli")
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class PortTaken(Conflict):
    """Another program listens at this address already."""


def up(
    end_with_parent: Annotated[
        bool, typer.Option(hidden=True, help="Stop when the process that started this ends.")
    ] = False,
) -> None:
    """Start the database, the web server and the worker; stop them all with Ctrl-C."""
    if end_with_parent:
        processes.end_with_parent(signal.SIGTERM)
    # Until the loop takes over, being told to end unwinds like Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    settings = settings_here()
    try:
        run(settings, programs_of(settings), replay_of(settings), with_shop=shop.is_there())
    except KeyboardInterrupt:
        say("Stopped before it was up.")


def programs_of(settings: Settings) -> list[Program]:
    """What runs beside the database; on a terminal its logs would be noise and go to files."""
    programs = {"web": [*_OWN, "serve"], "worker": [*_OWN, "worker"]}
    if folder := logs_of(settings):
        for name, command in programs.items():
            command.extend(["--log-file", str(folder / f"{name}.log")])
    return [Program(name, command) for name, command in programs.items()]


def replay_of(settings: Settings) -> Program | None:
    """The demo's history on its way in, from where it was interrupted; None once all of it is."""
    url = address_of(settings)
    if was_delivered(demo.LOG, url, demo.SHOP):
        return None
    history = ["replay", str(demo.LOG), "--url", url, "--shop", demo.SHOP]
    return Program("replay", [*_OWN, *history], once=True)


def logs_of(settings: Settings) -> Path | None:
    """The folder of the log files; None where logs go to standard error, as without a terminal."""
    return settings.data_dir / "log" if sys.stderr.isatty() else None


def run(
    settings: Settings,
    programs: Sequence[Program],
    afterwards: Program | None = None,
    *,
    with_shop: bool = False,
) -> None:
    """Run an installation until a signal says stop: first its programs end, then its database.

    `afterwards` is started once the installation takes deliveries in, the demo's shop along with
    the others.

    Raises:
        AlreadyRunning: another `up` runs on this data folder.
        PortTaken: something else listens at the installation's address.
        DatabaseFailed: the embedded database doesn't come up.
    """
    embedded.make_private_folder(settings.data_dir)
    with _alone(settings):
        register = Register(settings.data_dir / "processes.json", settings.data_dir)
        if left := register.end_leftovers():
            say(f"Ended {len(left)} processes that an earlier run had left.")
        _check_port(settings)
        with running_database(remember_shopify_secret(settings)) as connected:
            own_database = settings.database_url is None
            running = _run(
                connected,
                programs,
                afterwards,
                register,
                own_database=own_database,
                with_shop=with_shop,
            )
            asyncio.run(running)
            say("Stopping the database …" if own_database else "Stopped.")


async def _run(
    settings: Settings,
    programs: Sequence[Program],
    afterwards: Program | None,
    register: Register,
    *,
    own_database: bool,
    with_shop: bool,
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, stop.set)
    await migrate(settings)
    made = await _prepare(settings, _places_of(settings, with_shop=with_shop))
    if made.places.mail is not None:
        programs = [_letting_mail_in(program, settings) for program in programs]
    programs = [*programs, *made.beside]
    async with asyncio.TaskGroup() as tasks:
        if own_database:
            tasks.create_task(_watch_database(settings, stop))
        for program in programs:
            tasks.create_task(keep(program, register, stop, say))
        if await _is_ready(settings, stop):
            _greet(settings, made)
            if made.at_cafe and made.at_cafe.guests_wait:
                guests = Program("cafe", [*_OWN, "cafe"], once=True)
                tasks.create_task(keep(guests, register, stop, say))
            if afterwards:
                tasks.create_task(_let_in(settings, afterwards, register, stop))
        await stop.wait()
        say("\nStopping …")


def _letting_mail_in(program: Program, settings: Settings) -> Program:
    """The demo's catcher is on this machine, where no mail server of a merchant's may be."""
    networks = settings.smtp_networks or "127.0.0.1"
    environment = {**program.environment, "LOYALNEST_SMTP_NETWORKS": networks}
    return replace(program, environment=environment)


async def _let_in(
    settings: Settings, history: Program, register: Register, stop: asyncio.Event
) -> None:
    """Let the demo's history in, and say in the end what became of it."""
    await keep(history, register, stop, say)
    if not stop.is_set():
        say("All deliveries are in; the worker applies the last of them …\n")
        await keep(Program("demo", [*_OWN, "demo"], once=True), register, stop, say)
    if not stop.is_set():
        say(f"\n{_next_steps(settings)}\n")


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the demo's shop is to be, and what catches its mails; None where they are not."""

    shop_port: int | None = None
    mail: catcher.Place | None = None


@dataclass(frozen=True, slots=True)
class _Made:
    """What a start has made: what nobody can show again, and what runs beside the others."""

    places: _Places
    demo_password: str | None
    shop_password: str | None = None
    at_cafe: cafe.Opened | None = None
    beside: Sequence[Program] = ()


def _places_of(settings: Settings, *, with_shop: bool) -> _Places:
    if not with_shop:
        return _Places()
    port = shop.port_for(settings)
    place = catcher.place_for(settings, but={port}) if catcher.is_there() else None
    return _Places(port, place)


async def _prepare(settings: Settings, places: _Places) -> _Made:
    """Make the keys, the demo and its shop's merchant at the first start.

    Refuses to go on without a key that the data needs.
    """
    now = clock.now()
    certificates.make_trial(settings, now=now)
    async with open_database(settings) as database:
        password = await demo.prepare(database, now=now)
        if places.shop_port is None:
            return _Made(places, password)
        opened = await nest.prepare(
            database,
            port=places.shop_port,
            kept_key=shop.kept_key(settings),
            owner_password=password,
            now=now,
        )
        at_cafe = await cafe.prepare(database, owner_password=password, now=now)
        if places.mail is not None:
            await post.prepare(
                database,
                origins={it.HANDLE: it.ORIGIN for it in (demo, nest, cafe)},
                smtp_port=places.mail.smtp_port,
                offer=smtp.offer(clock.now),
                now=now,
            )
            await regulars.prepare(database, now=now)
    shop.keep_key(settings, opened.api_key)
    beside = _beside(settings, places, places.shop_port, opened)
    return _Made(
        places,
        password,
        shop_password=opened.owner_password,
        at_cafe=at_cafe,
        beside=beside,
    )


def _beside(
    settings: Settings, places: _Places, shop_port: int, opened: nest.Opened
) -> list[Program]:
    """What is no part of the product and runs with its demo."""
    folder = logs_of(settings)
    log_file = folder and folder / "shop.log"
    programs = [shop.program_of(settings, opened, port=shop_port, log_file=log_file)]
    if places.mail is not None:
        log_file = folder and folder / "catcher.log"
        programs.append(catcher.program_of(places.mail, log_file=log_file))
    return programs


async def _watch_database(settings: Settings, stop: asyncio.Event) -> None:
    """Start the database again should it die; it finds its data as it was."""
    server = embedded.Server.of(settings.data_dir)
    while not stop.is_set():
        if await _told_to_stop(stop, 0.5) or server.keeper is not None:
            continue
        say("The database ended; starting it again.")
        try:
            await asyncio.to_thread(server.revive)
        except embedded.DatabaseFailed as error:
            say(f"{error.detail}\nTrying again.")


async def _is_ready(settings: Settings, stop: asyncio.Event) -> bool:
    """Wait until deliveries are taken in; False when told to stop before."""
    async with httpx.AsyncClient(trust_env=False) as client:
        while not stop.is_set():
            with contextlib.suppress(httpx.HTTPError):
                answer = await client.get(f"{address_of(settings)}/health/ready", timeout=2)
                if answer.status_code == 200:
                    return True
            await _told_to_stop(stop, 0.1)
    return False


async def _told_to_stop(stop: asyncio.Event, within_s: float) -> bool:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), within_s)
    return stop.is_set()


def _greet(settings: Settings, made: _Made) -> None:
    address = settings.public_url or address_of(settings)
    say(f"\nLoyalNest is up at {address}")
    say(f"  Dashboard {address}/dashboard/")
    say(f"  API       {address}/docs")
    say("  API key   .venv/bin/loyalnest api-keys create --merchant demo")
    _greet_owner(demo.OWNER, demo.HANDLE, made.demo_password)
    if made.places.shop_port is not None:
        there = address_at(made.places.shop_port)
        say(f"  Shop      {there}   a demo shop with the widget in it")
        _greet_owner(nest.OWNER, nest.HANDLE, made.shop_password)
    if made.at_cafe is not None:
        _greet_cafe(address, made.at_cafe)
    if made.places.mail is not None:
        say(f"  Mail      {made.places.mail.address}   what customers are sent, kept here")
    say(f"  Data      {settings.data_dir}")
    if folder := logs_of(settings):
        say(f"  Logs      {folder / 'web.log'}, worker.log")
    say("  Stop      Ctrl-C\n")


def _greet_cafe(address: str, opened: cafe.Opened) -> None:
    if opened.poster:
        say(f"  Poster    {address}/j/{opened.poster}   a café's: scan it, and have a stamp card")
    say(f"  Stamper   {address}/stamper/   stamps it; clerks' PIN {cafe.PIN}")
    _greet_owner(cafe.OWNER, cafe.HANDLE, opened.owner_password)


def _greet_owner(email: str, merchant: str, password: str | None) -> None:
    if password:
        say(f"  Sign in   {email} with {password} (shown only now)")
    else:
        say(f"  Password  .venv/bin/loyalnest staff set-password {email} --merchant {merchant}")


def _next_steps(settings: Settings) -> str:
    address = settings.public_url or address_of(settings)
    return f"""Next, in a second terminal:
  .venv/bin/loyalnest ledger verify                     do the books balance?
  .venv/bin/loyalnest api-keys create --merchant demo   a key for the API
  {address}/docs   what to do with it"""


def say(text: str) -> None:
    """Tell whoever reads along; a terminal that went away is no reason to stop."""
    with contextlib.suppress(OSError):
        # A progress bar may stand in the line: write over it.
        text = f"\r\x1b[K{text}" if sys.stdout.isatty() else text
        print(text, flush=True)  # noqa: T201 - this is what a person reads


@contextmanager
def _alone(settings: Settings) -> Generator[None]:
    """Be the only `up` of this data folder; the kernel lets go should we be killed."""
    path = settings.data_dir / "up.lock"
    handle = locks.take(path, wait=False)
    if handle is None:
        pid, _, address = path.read_text().partition(" ")
        raise AlreadyRunning(
            f"LoyalNest already runs on {settings.data_dir} (process {pid}, {address}). Stop it "
            f"with Ctrl-C where it runs or with `kill {pid}`; or give this one another folder "
            "with LOYALNEST_DATA_DIR and another LOYALNEST_PORT."
        )
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"{os.getpid()} {address_of(settings)}".encode(), 0)
    try:
        yield
    finally:
        os.close(handle)


def _check_port(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise PortTaken(
                f"Can't listen on {settings.host}:{settings.port} ({error.strerror}). Choose "
                "another address with LOYALNEST_PORT and LOYALNEST_HOST."
            ) from error
