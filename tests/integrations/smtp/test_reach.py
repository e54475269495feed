"""A merchant's mail server is on the internet, or where the operator allows it."""

from ipaddress import ip_address, ip_network

import pytest

from loyalnest.integrations import smtp
from loyalnest.kernel.ids import new_id
from loyalnest.kernel.networks import Network, is_public
from loyalnest.messaging import Account, Channel, Letter, Mail, Outcome, Provider, Purpose, Reason
from tests.conftest import NOW


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("198.51.100.7", False),
        ("8.8.8.8", True),
        ("2606:4700:4700::1111", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.31.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::808:808", True),
        ("2002:7f00:1::", False),
    ],
)
def test_what_everybody_means_the_same_machine_by(address: str, public: bool) -> None:
    assert is_public(ip_address(address)) is public


async def outcome(host: str, *inside: Network) -> Outcome:
    account = Account(
        merchant_id=new_id(),
        sender_id=new_id(),
        channel=Channel.EMAIL,
        provider=Provider.SMTP,
        origin="hello@bakery.example",
        name="Bakery",
        credentials={},
        options={"host": host, "port": "1", "security": "none"},
    )
    letter = Letter(
        message_id=new_id(),
        merchant_id=account.merchant_id,
        key="1",
        channel=Channel.EMAIL,
        purpose=Purpose.TRANSACTIONAL,
        to="ada@example.com",
        content=Mail("Hello", "Hello"),
        language="en",
    )
    carrier = smtp.offer(lambda: NOW, inside=inside).open(account)
    (said,) = await carrier.send([letter])
    await carrier.close()
    return said


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "169.254.169.254", "10.0.0.1"])
async def test_a_server_next_door_is_refused_before_anything_is_said_to_it(host: str) -> None:
    said = await outcome(host)
    assert (said.reason, said.code) == (Reason.HOST_FORBIDDEN, "HOST_FORBIDDEN")  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]


async def test_a_server_where_the_operator_allows_it_is_tried() -> None:
    said = await outcome("127.0.0.1", ip_network("127.0.0.0/8"))
    assert said.reason is Reason.UNAVAILABLE  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
