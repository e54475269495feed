"""search-1m: milliseconds of a search among a million customers of one merchant, 95th percentile.

Names are drawn as people's are, few of them often: the most common ones have tens of thousands of
hits. Everybody is sealed and hashed by the product's own functions and only then written in bulk.
"""

import random
from collections.abc import Iterator
from functools import cache
from itertools import accumulate, islice
from urllib.parse import quote
from uuid import UUID

from bench.driver import Connection
from bench.figure import Figure, Goal, Measured, Run
from bench.installation import Installation, installation, make_api_key, send_load
from bench.load import Task
from loyalnest.customers.rules import search
from loyalnest.customers.values import SEARCH_KEY
from loyalnest.kernel import clock
from loyalnest.kernel.ids import new_id

_RATE = 20
_CHUNK = 20_000
_ONSETS = ("b", "br", "d", "f", "gr", "h", "j", "k", "l", "m", "n", "p", "r", "s", "st", "t", "v")
_VOWELS = ("a", "e", "i", "o", "u", "ei", "ou")
_FINDABLE = ["merchant_id", "customer_id", "key_id", "tokens"]
_ENDS = ("", "l", "n", "nd", "r", "s", "tt")


async def measure(run: Run) -> Measured:
    """Whole names, beginnings, typos, addresses and strangers, asked as the dashboard asks."""
    people = run.count(1_000_000, 5_000)
    seconds, warm_up_s = run.take(60, 4), run.take(15, 1)
    async with installation(run.folder) as place:
        (store,) = await place.open_merchants(1)
        owner = await place.as_owner()
        rows = await _populate(owner, place, store.merchant_id, people)
        await owner.close()
        key = make_api_key(place, "shop-0")
        count = int(_RATE * (seconds + warm_up_s) * 1.05)
        with place.program("serve"):
            await place.wait_until_ready()
            task = Task(
                port=place.settings.port,
                seconds=seconds,
                warm_up_s=warm_up_s,
                rate=_RATE,
                connections=8,
                requests=[_request(key, question) for question in _questions(people, count)],
            )
            outcome = await send_load(task)
    note = (
        f"{people:,} customers, {rows:,} terms, {_RATE} searches/s: p50 {outcome.p50_ms:.1f} ms, "
        f"p99 {outcome.p99_ms:.1f} ms, worst {outcome.worst_ms:.1f} ms"
    )
    return Measured(outcome.p95_ms, note=note, failed=outcome.refused > 0)


async def _populate(owner: Connection, place: Installation, merchant_id: UUID, people: int) -> int:
    """Write customers and what they are found by; how many terms that are."""
    ring = place.database.ring
    key = ring.blind(merchant_id, SEARCH_KEY, "").hash

    @cache
    def named(name: str) -> tuple[int, ...]:
        return tuple(search.hashed(search.terms_of(email=None, phone=None, name=name), key))

    # What is written was made by the product, and nothing refers to it.
    await owner.execute("SET session_replication_role = replica")
    everybody = _people(people)
    terms = 0
    for first in range(0, people, _CHUNK):
        now = clock.now()
        customers: list[tuple[object, ...]] = []
        findable: list[tuple[object, ...]] = []
        entries: list[tuple[int, UUID]] = []
        for name, email in islice(everybody, min(_CHUNK, people - first)):
            id_ = new_id()
            sealed = (
                ring.seal(merchant_id, "customers.email", email.encode()),
                ring.seal(merchant_id, "customers.name", name.encode()),
            )
            customers.append((merchant_id, id_, *sealed, now, now))
            address = search.hashed(search.terms_of(email=email, phone=None, name=None), key)
            words = (token for word in name.split() for token in named(word))
            tokens = {*address, *words}
            findable.append((merchant_id, id_, ring.current_index, sorted(tokens)))
            entries += [(token, id_) for token in tokens]
        await owner.copy_records_to_table(
            "customers",
            records=customers,
            columns=[
                *("merchant_id", "id", "email_sealed", "name_sealed"),
                *("created_at", "updated_at"),
            ],
        )
        await owner.copy_records_to_table("customer_terms", records=findable, columns=_FINDABLE)
        # In the order of the index, which is then written page by page.
        await owner.copy_records_to_table(
            "customer_search",
            records=[(merchant_id, *entry) for entry in sorted(entries)],
            columns=["merchant_id", "token", "customer_id"],
        )
        terms += len(entries)
    await owner.execute("VACUUM ANALYZE customers, customer_terms, customer_search")
    return terms


def _people(count: int) -> Iterator[tuple[str, str]]:
    """The same people every time: names and addresses."""
    chance = random.Random(7)
    first, last = _names(chance, 2_000), _names(chance, 40_000)
    weights = [list(accumulate(1 / rank for rank in range(1, len(n) + 1))) for n in (first, last)]
    for number in range(count):
        one = chance.choices(first, cum_weights=weights[0])[0]
        other = chance.choices(last, cum_weights=weights[1])[0]
        yield f"{one} {other}".title(), f"{one}.{other}.{number}@example.com"


def _names(chance: random.Random, count: int) -> list[str]:
    names: dict[str, None] = {}
    while len(names) < count:
        syllables = (
            chance.choice(_ONSETS) + chance.choice(_VOWELS) + chance.choice(_ENDS)
            for _ in range(chance.choice((2, 2, 3)))
        )
        names["".join(syllables)] = None
    return list(names)


def _questions(people: int, count: int) -> list[str]:
    """What staff type: of five, two whole names, a beginning, a typo, and an address or nobody."""
    chance = random.Random(11)
    known = list(_people(min(people, 20_000)))
    questions: list[str] = []
    for number in range(count):
        name, email = chance.choice(known)
        first, last = name.split()
        at = chance.randrange(1, len(last))
        questions.append(
            (
                name,
                name,
                f"{first} {last[:3]}",
                f"{first} {last[:at]}{last[at + 1 :]}",
                email if number % 2 else "Xyxwvut Qqqzzz",
            )[number % 5]
        )
    return questions


def _request(key: str, question: str) -> str:
    return (
        f"GET /v1/api/customers?q={quote(question)} HTTP/1.1\r\n"
        "Host: 127.0.0.1\r\n"
        f"Authorization: Bearer {key}\r\n\r\n"
    )


FIGURE = Figure(
    name="search-1m",
    unit="ms at p95",
    goal=Goal("below 100 ms", below=100),
    measure=measure,
)
