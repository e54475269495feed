"""A merchant says from which networks its staff come in, and nobody shuts themselves out."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from loyalnest import merchants, staff
from loyalnest.kernel import relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.networks import read_address
from loyalnest.staff import rules
from loyalnest.staff.errors import NetworkInvalid, NetworkRefused
from loyalnest.staff.keys import SEALED
from tests.conftest import NOW
from tests.doors import OWNER_EMAIL, Hands, bearing, house, make_key, open_cafe

NETWORKS, ME = "/v1/api/staff/networks", "/v1/api/auth/me"
OFFICE, HOME = "203.0.113.7", "198.51.100.23"
SHOP = {"network": "203.0.113.0/24", "label": "Grace's shop"}


@dataclass
class Cafe:
    """A café whose owner is signed in, at the office and elsewhere."""

    merchant: merchants.Merchant
    password: str
    database: Database
    stack: AsyncExitStack
    clock: Hands = field(default_factory=Hands)
    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict[str, httpx.AsyncClient])
    owner: str = ""
    renewable: str = ""

    async def at(self, address: str, proxies: str = "") -> httpx.AsyncClient:
        """A client that is connected from here to the house, which trusts these proxies."""
        if address not in self.clients:
            client = house(
                self.database, clock=self.clock, address=address, trusted_proxies=proxies
            )
            self.clients[address] = await self.stack.enter_async_context(client)
        return self.clients[address]

    async def asks(self, address: str, path: str = ME, by: str | None = None) -> tuple[int, str]:
        answer = await (await self.at(address)).get(path, headers=bearing(by or self.owner))
        return told(answer)

    async def enters(self, address: str, password: str | None = None) -> httpx.Response:
        body = {"email": OWNER_EMAIL, "password": password or self.password, "merchant": "cafe"}
        return await (await self.at(address)).post("/v1/api/auth/login", json=body)

    async def says(
        self, *places: dict[str, str], version: int = 0, address: str = OFFICE, by: str = ""
    ) -> httpx.Response:
        body = {"version": version, "networks": places}
        client = await self.at(address)
        return await client.put(NETWORKS, json=body, headers=bearing(by or self.owner))

    async def recorded(self) -> list[dict[str, Any]]:
        await relay.settle(self.database, [])
        key = await make_key(self.database, self.merchant.id)
        path = "/v1/api/events?type=staff.networks_changed"
        answer = await (await self.at(OFFICE)).get(path, headers=bearing(key))
        return answer.json()["items"]


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, "" if answer.is_success else answer.json()["code"]


@pytest.fixture
async def cafe(database: Database) -> AsyncGenerator[Cafe]:
    merchant, password = await open_cafe(database)
    async with AsyncExitStack() as stack:
        cafe = Cafe(merchant, password, database, stack)
        answer = (await cafe.enters(OFFICE)).json()
        cafe.owner, cafe.renewable = answer["access_token"], answer["refresh_token"]
        yield cafe


async def test_staff_come_in_from_the_networks_of_the_list_alone(cafe: Cafe):
    key = await make_key(cafe.database, cafe.merchant.id)
    invited = await (await cafe.at(HOME)).post(
        "/v1/api/staff/invitations",
        json={"email": "grace@example.com", "role": "manager"},
        headers=bearing(cafe.owner),
    )
    assert (await cafe.says(SHOP)).json() == {
        "version": 1,
        "networks": [SHOP],
        "your_network": OFFICE,
    }
    refused = (403, "NETWORK_REFUSED")
    home = await cafe.at(HOME)
    answer = await home.get(ME, headers=bearing(cafe.owner))
    assert told(answer) == refused
    assert "203.0" not in answer.text
    assert "Grace" not in answer.text
    assert told(await cafe.enters(HOME)) == refused
    assert told(await cafe.enters(HOME, "not the password")) == (401, "SIGN_IN_FAILED")
    renewal = {"refresh_token": cafe.renewable}
    assert told(await home.post("/v1/api/auth/refresh", json=renewal)) == refused
    link = {"token": invited.json()["token"], "password": "compilers are my friends"}
    for path, body in (("read", {"token": link["token"]}), ("use", link)):
        assert told(await home.post(f"/v1/api/auth/links/{path}", json=body)) == refused

    office = await cafe.at(OFFICE)
    assert (await office.post("/v1/api/auth/refresh", json=renewal)).is_success
    joined = await office.post("/v1/api/auth/links/use", json=link)
    manager = joined.json()["access_token"]
    assert await cafe.asks(OFFICE, by=manager) == (200, "")
    assert await cafe.asks(OFFICE, NETWORKS, by=manager) == (403, "MISSING_SCOPE")
    assert await cafe.asks(HOME, by=manager) == refused
    # Programs and customers are somewhere else by their nature.
    assert await cafe.asks(HOME, by=key) == (200, "")
    (event,) = await cafe.recorded()
    assert event["data"] == {"added": ["203.0.113.0/24"], "removed": [], "networks": 1}
    assert event["author"]["actor"].startswith("staff:stf_")


async def test_where_somebody_is_says_the_socket_or_a_proxy_that_is_trusted(cafe: Cafe):
    one = {"network": "203.0.113.7", "label": ""}
    assert (await cafe.says(one)).json()["networks"] == [one]
    bearer = bearing(cafe.owner)
    home = await cafe.at(HOME)
    for lie in ({"X-Forwarded-For": OFFICE}, {"Forwarded": f"for={OFFICE}"}, {"X-Real-IP": OFFICE}):
        assert (await home.get(ME, headers=bearer | lie)).status_code == 403
    assert await cafe.asks(f"::ffff:{OFFICE}") == (200, "")
    assert await cafe.asks("203.0.113.8") == (403, "NETWORK_REFUSED")
    behind = await cafe.at("192.0.2.1", proxies="192.0.2.0/24")
    for hops, status in (
        (OFFICE, 200),
        (f"{HOME}, {OFFICE}", 200),
        (f"{OFFICE}, {HOME}", 403),
        (f"{OFFICE}, nonsense", 403),
        ("", 403),
    ):
        answer = await behind.get(ME, headers=bearer | {"X-Forwarded-For": hops})
        assert answer.status_code == status, hops


async def test_nobody_shuts_themselves_out_nor_overwrites_what_they_have_not_read(cafe: Cafe):
    far = {"network": "2001:db8:7::/48", "label": "Far"}
    shut = await cafe.says(far)
    assert told(shut) == (409, "ALLOW_LIST_LOCKS_OUT")
    assert OFFICE in shut.json()["detail"]
    assert (await cafe.says(SHOP, far)).json()["version"] == 1
    assert (await cafe.says(SHOP, far, version=1)).json()["version"] == 1  # as it was
    assert told(await cafe.says(SHOP)) == (409, "ALLOW_LIST_STALE")
    assert await cafe.asks("2001:db8:7:1::5") == (200, "")
    # From there the list can be narrowed to there; who is at the office is out at once.
    narrowed = await cafe.says(far, version=1, address="2001:db8:7:1::5")
    assert narrowed.json()["your_network"] == "2001:db8:7:1::/64"
    assert await cafe.asks(OFFICE) == (403, "NETWORK_REFUSED")
    # A program isn't held, and so can't shut itself out; it can let everybody in again.
    key = await make_key(cafe.database, cafe.merchant.id)
    assert (await cafe.says(version=2, by=key, address=HOME)).json()["networks"] == []
    assert await cafe.asks(OFFICE) == (200, "")
    changes = [event["data"] for event in await cafe.recorded()]
    assert [change["networks"] for change in changes] == [2, 1, 0]
    assert changes[1] == {"added": [], "removed": ["203.0.113.0/24"], "networks": 1}


async def test_what_is_offered_by_ipv6_still_lets_in_the_address_of_the_next_day(cafe: Cafe):
    today, tomorrow = "2001:db8:7:1:dead::1", "2001:db8:7:1:beef::2"
    at_home = await cafe.at(today)
    seen = await at_home.get(NETWORKS, headers=bearing(cafe.owner))
    offered = {"network": seen.json()["your_network"], "label": ""}
    assert (await cafe.says(offered, address=today)).json()["networks"] == [offered]
    assert await cafe.asks(tomorrow) == (200, "")
    assert await cafe.asks("2001:db8:7:2::1") == (403, "NETWORK_REFUSED")


async def test_a_list_holds_its_own_merchants_staff_also_where_somebody_works_for_two(cafe: Cafe):
    """Whoever works for two merchants is let in by one and refused by the other."""
    other, password = await open_cafe(cafe.database, "other")
    assert (await cafe.says(SHOP)).is_success
    body = {"email": OWNER_EMAIL, "password": password, "merchant": "other"}
    entered = await (await cafe.at(HOME)).post("/v1/api/auth/login", json=body)
    theirs = entered.json()["access_token"]
    assert told(await cafe.enters(HOME)) == (403, "NETWORK_REFUSED")
    assert await cafe.asks(HOME, by=theirs) == (200, "")
    client = await cafe.at(HOME)
    seen = await client.get(NETWORKS, headers=bearing(theirs))
    assert seen.json() == {"version": 0, "networks": [], "your_network": HOME}
    assert await _versions(cafe.database, other.id) == []


async def test_a_list_has_its_limit_and_its_labels_are_sealed(cafe: Cafe):
    many = [{"network": f"10.{number}.0.0/16", "label": str(number)} for number in range(99)]
    assert told(await cafe.says(SHOP, *many, SHOP, SHOP)) == (422, "INVALID_REQUEST")
    wide = {"network": "203.0.0.0/16", "label": "overlapping"}
    again = {"network": "::ffff:203.0.113.0/120", "label": "the same once more"}
    saved = await cafe.says(SHOP, wide, again, *many[:97])
    assert len(saved.json()["networks"]) == 99
    assert saved.json()["networks"][:2] == [SHOP, wide]
    async with cafe.database.tenant(cafe.merchant.id) as session:
        row = await session.scalar(text("SELECT a::text FROM allow_lists a"))
        assert "Grace" not in row
        sealed = await session.scalar(text("SELECT labels_sealed FROM allow_lists"))
    (what,) = [each for each in SEALED if each.table == "allow_lists"]
    opened = cafe.database.ring.open_text(cafe.merchant.id, what.name, sealed)
    assert opened
    assert opened.startswith('["Grace\'s shop", "overlapping"')
    wrong = await cafe.says(SHOP, {"network": "10.0.0.5/8", "label": ""}, version=1)
    assert told(wrong) == (422, "NETWORK_INVALID")
    assert "10.0.0.0/8" in wrong.json()["fields"]["networks.1.network"]


async def test_the_operator_lets_everybody_in_again(cafe: Cafe):
    assert (await cafe.says(SHOP)).is_success
    async with cafe.database.tenant(cafe.merchant.id) as session:
        await staff.allow_anywhere(session, now=NOW)
    assert await cafe.asks(HOME) == (200, "")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (" 203.0.113.0/24 ", "203.0.113.0/24"),
        ("203.0.113.7", "203.0.113.7/32"),
        ("10.0.0.0/255.0.0.0", "10.0.0.0/8"),
        ("::1", "::1/128"),
        ("2001:DB8:0:0::/48", "2001:db8::/48"),
        ("::ffff:203.0.113.0/120", "203.0.113.0/24"),
    ],
)
def test_a_network_is_kept_in_one_form(said: str, kept: str):
    assert str(rules.network(said)) == kept


@pytest.mark.parametrize(
    "said",
    [
        *("", "shop", "203.0.113", "203.0.113.0/33", "010.0.0.1", "10.0.0.0/8/8", "203.0.113.7:80"),
        *("0.0.0.0/0", "::/0", "::ffff:0:0/96", "203.0.113.7/24", "2001:db8::1/32"),
        *("fe80::1%eth0", "٢٠٣.0.113.0/24", "*", "203.0.113.*", "203.0.113.0-203.0.113.9"),
    ],
)
def test_what_is_no_network_or_could_be_two_is_refused(said: str):
    with pytest.raises(NetworkInvalid):
        rules.network(said)


def test_an_address_that_is_not_known_is_nowhere():
    rules.check_place([], None)
    office = [rules.network("203.0.113.0/24"), rules.network("::1")]
    for address in ("203.0.113.255", "::ffff:203.0.113.9", "::1"):
        rules.check_place(office, read_address(address))
    for address in ("203.0.114.0", "::ffff:203.0.114.1", "::2", "unknown", ""):
        with pytest.raises(NetworkRefused):
            rules.check_place(office, read_address(address))


async def _versions(database: Database, merchant_id: UUID) -> list[int]:
    async with database.tenant(merchant_id) as session:
        return list(await session.scalars(text("SELECT version FROM allow_lists")))
