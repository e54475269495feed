"""What a refusal means for the message, the address and the merchant's account."""

import pytest

from loyalnest.kernel.ids import new_id
from loyalnest.messaging import Account, Channel, Fault, Provider, Reason


@pytest.mark.parametrize(
    ("reason", "fault", "passes"),
    [
        (Reason.ADDRESS_INVALID, Fault.ADDRESS, False),
        (Reason.OPTED_OUT, Fault.ADDRESS, False),
        (Reason.OUTSIDE_WINDOW, Fault.WINDOW, False),
        (Reason.CREDENTIALS_REFUSED, Fault.SENDER, False),
        (Reason.THROTTLED, Fault.NOBODY, True),
        (Reason.UNAVAILABLE, Fault.NOBODY, True),
        (Reason.CONTENT_REFUSED, Fault.MESSAGE, False),
        (Reason.REFUSED, Fault.MESSAGE, False),
    ],
)
def test_every_reason_says_whose_fault_it_is(reason: Reason, fault: Fault, passes: bool) -> None:
    assert reason.fault is fault
    assert reason.passes is passes


def test_an_account_doesnt_show_its_credentials() -> None:
    account = Account(
        merchant_id=new_id(),
        sender_id=new_id(),
        channel=Channel.EMAIL,
        provider=Provider.SMTP,
        origin="hello@bakery.example",
        name="Bakery",
        credentials={"password": "correct horse"},
    )
    assert "correct horse" not in repr(account)
