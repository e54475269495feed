"""callbacks: statuses of messages a second that are verified and on disk before their 200.

Each is a delivery of its own, as Twilio sends them, signed, about a message of its own. When the
load is over a worker applies them, at a rate that the note tells, and every message has to be
delivered then.
"""

import time
from uuid import UUID

from bench.figure import Figure, Goal, Measured, Run
from bench.installation import Installation, Store, installation, send_load
from bench.load import Task
from bench.machine import Meter, per_order
from loyalnest import customers, messaging
from loyalnest.customers import Contact
from loyalnest.entrypoints import reporting
from loyalnest.integrations import twilio
from loyalnest.integrations.calls import Way
from loyalnest.kernel import clock
from loyalnest.kernel.ids import new_id, to_wire
from loyalnest.kernel.inbox import drain
from loyalnest.messaging import Channel, SenderId
from tests import emulators

_MERCHANTS, _CUSTOMERS = 20, 50
_A_SECOND = 7_000
"""More than are taken in: no message is told of twice."""

_SENT = """
INSERT INTO messages (merchant_id, id, customer_id, sender_id, channel, occasion, purpose,
                      source_kind, source_id, step, leg, chain, root_id, state, provider_id,
                      asked_at, due_at, expires_at, state_at, handed_over_at)
SELECT $1, id, ($2::uuid[])[1 + n % cardinality($2)], $3, 'sms', 'points_earned',
       'transactional', 'bench', id, '', 0, '{sms}', id, 'queued',
       'SM' || replace(id::text, '-', ''), now(), now(), now() + interval '3 days', now(), now()
FROM unnest($4::uuid[]) WITH ORDINALITY AS given (id, n)
"""


async def measure(run: Run) -> Measured:
    """Acknowledged a second, by one server."""
    seconds, warm_up_s = run.take(10, 2), run.take(3, 1)
    async with installation(run.folder) as place:
        stores = await place.open_merchants(_MERCHANTS)
        count = int(_A_SECOND * (seconds + warm_up_s)) // _MERCHANTS
        requests = [it for store in stores for it in await _reports_about(place, store, count)]
        with place.program("serve") as server:
            await place.wait_until_ready()
            meter = Meter({"server": server.pid, "postgres": place.postgres_pid})
            meter.start()
            outcome = await send_load(
                Task(
                    port=place.settings.port,
                    seconds=seconds,
                    warm_up_s=warm_up_s,
                    # In turn over all merchants, as they would come.
                    requests=[it for n in range(count) for it in requests[n::count]],
                )
            )
            spent = meter.read_s()
        taken, applied_s = await _apply(place)
        delivered = await _delivered(place)
    note = (
        f"{per_order(spent, taken)}; p99 {outcome.p99_ms:.0f} ms;"
        f" a worker then applied {taken:,} at {taken / applied_s:,.0f} a second"
    )
    failed = bool(outcome.refused) or delivered != taken
    return Measured(outcome.per_second, note=note, failed=failed)


async def _reports_about(place: Installation, store: Store, count: int) -> list[str]:
    """A merchant with as many messages at Twilio, and the reports that they were delivered."""
    vendor, now = emulators.Twilio(), clock.now()
    setup = messaging.Setup(
        Channel.SMS,
        "+15005550006",
        "Bench",
        {"account_sid": vendor.account, "auth_token": vendor.auth_token},
    )
    offer = twilio.offer(Way("http://127.0.0.1:1", clock.now))
    async with place.database.tenant(store.merchant_id) as session:
        sender = await messaging.set_up(session, setup, offer, actor="bench", now=now)
        contacts = [Contact(store.merchant_id, email=f"{n}@example.com") for n in range(_CUSTOMERS)]
        people = await customers.identify_many(session, contacts, now=now)
    ids = [new_id() for _ in range(count)]
    owner = await place.as_owner()
    await owner.execute(_SENT, store.merchant_id, people, sender.id, ids)
    await owner.close()
    return [_request(place, vendor, sender.id, id_) for id_ in ids]


def _request(
    place: Installation, vendor: emulators.Twilio, sender_id: SenderId, message_id: UUID
) -> str:
    path = f"/webhooks/twilio/{to_wire('snd', sender_id)}?message={to_wire('msg', message_id)}"
    fields = {
        "AccountSid": vendor.account,
        "ApiVersion": "2010-04-01",
        "From": "+15005550006",
        "MessageSid": f"SM{message_id.hex}",
        "MessageStatus": "delivered",
        "SmsSid": f"SM{message_id.hex}",
        "SmsStatus": "delivered",
        "To": "+15005550009",
    }
    told = vendor.signed(f"{place.settings.address}{path}", fields)
    host = place.settings.address.removeprefix("http://")
    lines = [
        f"POST {path} HTTP/1.1",
        f"host: {host}",
        *(f"{name}: {value}" for name, value in told.headers.items()),
        f"content-length: {len(told.body)}",
    ]
    return "\r\n".join([*lines, "", told.body.decode()])


async def _apply(place: Installation) -> tuple[int, float]:
    """What a worker does afterwards: how many, and how long that took."""
    began = time.perf_counter()
    taken = await drain(place.database, reporting.providers())
    return taken, time.perf_counter() - began


async def _delivered(place: Installation) -> int:
    owner = await place.as_owner()
    found: int = await owner.fetchval("SELECT count(*) FROM messages WHERE state = 'delivered'")
    await owner.close()
    return found


FIGURE = Figure(
    name="callbacks",
    unit="callbacks/s",
    goal=Goal("at least 2,000", at_least=2_000),
    measure=measure,
)
