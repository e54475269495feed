"""What each vendor's refusals mean, and what of a letter each is given."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from loyalnest.integrations.meta.words import REASONS as META
from loyalnest.integrations.twilio import TwilioCarrier
from loyalnest.integrations.twilio.words import REASONS as TWILIO
from loyalnest.kernel.ids import to_wire
from loyalnest.messaging import (
    Accepted,
    Approved,
    Channel,
    Doubtful,
    Fault,
    Letter,
    Mail,
    Outcome,
    Purpose,
    Reason,
    Refused,
    Unseen,
    Words,
)
from tests import emulators
from tests.emulators import Cut, Say
from tests.integrations.vendors.cast import (
    ADA,
    APPROVED,
    CASES,
    PHONE,
    POINTS,
    TEMPLATE,
    letter,
    way_to,
)


async def outcome_at(vendor: Any, name: str, given: Letter, **options: Any) -> Outcome:
    carrier = CASES[name].carrier(vendor, **options)
    (outcome,) = await carrier.send([given])
    await carrier.close()
    return outcome


@pytest.mark.parametrize("code", sorted(TWILIO))
async def test_every_code_of_twilios_that_we_know_is_told_in_our_words(code: int) -> None:
    async with emulators.Twilio() as vendor:
        vendor.refusals[PHONE] = code
        outcome = await outcome_at(vendor, "twilio", CASES["twilio"].letter())
    assert outcome == Refused(TWILIO[code], code=str(code))


@pytest.mark.parametrize("code", sorted(META))
async def test_every_code_of_metas_that_we_know_is_told_in_our_words(code: int) -> None:
    async with emulators.Meta() as vendor:
        vendor.refusals[PHONE] = code
        outcome = await outcome_at(vendor, "meta", CASES["meta"].letter())
    assert isinstance(outcome, Refused)
    assert (outcome.reason, outcome.code) == (META[code], str(code))


def test_whose_fault_the_codes_are_that_decide_most() -> None:
    faults = {
        Fault.ADDRESS: [21211, 21610, 63003, 63014, 63024],
        Fault.WINDOW: [63016],
        Fault.SENDER: [20003, 63007, 63018],
        Fault.MESSAGE: [63005, 63013, 63049],
        Fault.NOBODY: [20429, 30001],
    }
    assert {code: TWILIO[code].fault for codes in faults.values() for code in codes} == {
        code: fault for fault, codes in faults.items() for code in codes
    }
    assert META[131047].fault is Fault.WINDOW
    assert META[131026].fault is META[131050].fault is Fault.ADDRESS
    assert META[130429].fault is META[131056].fault is Fault.NOBODY
    assert META[131049].fault is Fault.MESSAGE


async def test_a_pair_that_writes_too_often_is_left_alone_for_as_long_as_meta_says() -> None:
    async with emulators.Meta() as vendor:
        vendor.refusals[PHONE] = 131056
        outcome = await outcome_at(vendor, "meta", CASES["meta"].letter())
    assert outcome == Refused(Reason.THROTTLED, timedelta(seconds=6), "131056")


async def test_an_approved_template_goes_to_twilio_by_its_sid_with_numbered_variables() -> None:
    given = letter(Channel.WHATSAPP, APPROVED, to=PHONE)
    async with emulators.Twilio() as vendor:
        vendor.contents[TEMPLATE] = 2
        account = CASES["twilio"].account(vendor, reports_to="https://nest.example/webhooks/t")
        carrier = TwilioCarrier(replace(account, channel=Channel.WHATSAPP), way_to(vendor))
        (outcome,) = await carrier.send([given])
        await carrier.close()
    (message,) = vendor.messages
    assert isinstance(outcome, Accepted)
    assert (message.to, message.sender) == (f"whatsapp:{PHONE}", "whatsapp:+15005550006")
    assert (message.content_sid, message.variables) == (TEMPLATE, {"1": "Ada", "2": POINTS})
    named = to_wire("msg", given.message_id)
    assert message.status_callback == f"https://nest.example/webhooks/t?message={named}"


async def test_metas_templates_have_their_variables_on_one_line_and_give_the_message_back() -> None:
    given = letter(Channel.WHATSAPP, Approved("points", "en", ("Ada\n\tLovelace", "5")), to=PHONE)
    async with emulators.Meta() as vendor:
        vendor.templates["points", "en"] = 2
        assert isinstance(await outcome_at(vendor, "meta", given), Accepted)
        unknown = letter(Channel.WHATSAPP, Approved("nobodys", "en"), to=PHONE)
        refused = await outcome_at(vendor, "meta", unknown)
    (message,) = vendor.messages
    (body,) = message.given["template"]["components"]
    assert [it["text"] for it in body["parameters"]] == ["Ada Lovelace", "5"]
    assert message.reference == to_wire("msg", given.message_id)
    assert refused == Refused(Reason.TEMPLATE_REFUSED, code="132001")


async def test_a_mail_goes_to_ses_with_its_headers_its_tags_and_its_twin() -> None:
    given = CASES["ses"].letter()
    async with emulators.Ses() as vendor:
        await outcome_at(vendor, "ses", given, configuration_set="loyalty")
        (mail,) = vendor.mails
    simple = mail.given["Content"]["Simple"]
    assert {it["Name"] for it in simple["Headers"]} == {
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
    }
    assert mail.tags["loyalnest-message"] == [to_wire("msg", given.message_id)]
    assert mail.given["ConfigurationSetName"] == "loyalty"
    assert set(simple["Body"]) == {"Text", "Html"}
    assert "=?utf-8?" in mail.given["FromEmailAddress"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("TooManyRequestsException", Reason.THROTTLED),
        ("LimitExceededException", Reason.QUOTA_REACHED),
        ("AccountSuspendedException", Reason.SENDER_REFUSED),
        ("SendingPausedException", Reason.SENDER_REFUSED),
        ("MailFromDomainNotVerifiedException", Reason.SENDER_REFUSED),
        ("InvalidSignatureException:http://internal", Reason.CREDENTIALS_REFUSED),
        ("com.amazon#MessageRejected", Reason.SENDER_REFUSED),
    ],
)
async def test_sess_errors_are_known_by_their_names(name: str, reason: Reason) -> None:
    async with emulators.Ses() as vendor:
        vendor.then(Say(400, {"message": ""}, {"x-amzn-errortype": name}))
        outcome = await outcome_at(vendor, "ses", CASES["ses"].letter())
    assert isinstance(outcome, Refused)
    assert outcome.reason is reason


@pytest.mark.parametrize("to", ["żółw@example.com", "@example.com", "a@" + "x" * 64 + ".com"])
async def test_an_address_that_ses_doesnt_take_is_not_sent_there(to: str) -> None:
    async with emulators.Ses() as vendor:
        given = letter(Channel.EMAIL, Mail("a", "b"), to=to)
        assert await outcome_at(vendor, "ses", given) == Refused(
            Reason.ADDRESS_INVALID, code="not_ascii"
        )
        for abroad in ("ada@bücher.example", "ada@faß.example", "ada@βόλος.example"):
            given = letter(Channel.EMAIL, Mail("a", "b"), to=abroad)
            assert isinstance(await outcome_at(vendor, "ses", given), Accepted)
    assert [mail.to for mail in vendor.mails] == [
        "ada@xn--bcher-kva.example",
        "ada@xn--fa-hia.example",
        "ada@xn--nxasmm1c.example",
    ]


@pytest.mark.parametrize(
    ("why", "reason"),
    [
        ("hard-bounce", Reason.ADDRESS_BOUNCED),
        ("spam", Reason.COMPLAINED),
        ("unsub", Reason.OPTED_OUT),
        ("test-mode-limit", Reason.QUOTA_REACHED),
    ],
)
async def test_whom_mailchimp_rejects_it_says_why(why: str, reason: Reason) -> None:
    async with emulators.Mailchimp() as vendor:
        vendor.rejected[ADA] = why
        outcome = await outcome_at(vendor, "mailchimp", CASES["mailchimp"].letter())
    assert outcome == Refused(reason, code=why)


async def test_whom_postscript_doesnt_know_is_nobodys_fault_and_stays_writable() -> None:
    async with emulators.Postscript() as vendor:
        outcome = await outcome_at(vendor, "postscript", CASES["postscript"].letter())
        assert outcome == Refused(Reason.REFUSED, code="not_a_subscriber")
        vendor.subscribers.add(PHONE)
        outreach = CASES["postscript"].letter(purpose=Purpose.OUTREACH)
        assert isinstance(await outcome_at(vendor, "postscript", outreach), Accepted)
    assert vendor.messages[0].category == "promotional"


async def test_a_letter_twice_is_one_event_at_klaviyo() -> None:
    given = CASES["klaviyo"].letter()
    async with emulators.Klaviyo() as vendor:
        vendor.then(Cut(done=True))
        assert isinstance(await outcome_at(vendor, "klaviyo", given), Doubtful)
        assert isinstance(await outcome_at(vendor, "klaviyo", given), Accepted)
        (event,) = vendor.events
    assert (event.unique_id, event.metric) == (given.key, "LoyalNest Email")
    assert event.properties["unsubscribe"] == "https://nest.example/u/x"


async def test_one_bad_number_among_many_is_the_only_one_that_klaviyo_refuses() -> None:
    numbers = [PHONE, "05005550009", "+15005550010"]
    given = [letter(Channel.SMS, Words("Hello"), to=number) for number in numbers]
    async with emulators.Klaviyo() as vendor:
        carrier = CASES["klaviyo"].carrier(vendor)
        outcomes = await carrier.send(given)
        await carrier.close()
    assert [type(it) for it in outcomes] == [Accepted, Refused, Accepted]
    assert outcomes[1] == Refused(Reason.ADDRESS_INVALID, code="invalid")
    assert {event.profile for event in vendor.events} == {PHONE, "+15005550010"}


async def test_letters_too_large_for_one_call_go_in_several() -> None:
    large = Mail("Hello", "x", "x" * 1_500_000)
    given = [letter(Channel.EMAIL, large, to=f"{n}@example.net") for n in range(4)]
    async with emulators.Klaviyo() as vendor:
        carrier = CASES["klaviyo"].carrier(vendor)
        outcomes = await carrier.send(given)
        await carrier.close()
    assert [type(it) for it in outcomes] == [Accepted] * 4
    assert len(vendor.requests) == 2


async def test_what_twilio_took_without_our_hearing_of_it_is_found_by_looking() -> None:
    lost, never = CASES["twilio"].letter(), CASES["twilio"].letter()
    other = letter(Channel.SMS, Words("Something else"), to=PHONE)
    async with emulators.Twilio() as vendor:
        carrier = CASES["twilio"].carrier(vendor)
        vendor.then(Cut(done=True))
        assert isinstance((await carrier.send([lost]))[0], Doubtful)
        found, unseen = await carrier.look_up([lost, other])
        vendor.messages.clear()
        (gone,) = await carrier.look_up([never])
        vendor.then(Say(503))
        (unknown,) = await carrier.look_up([lost])
        await carrier.close()
    assert found == Accepted("SM" + "0" * 32, found.state)  # type: ignore[union-attr]
    assert (unseen, gone) == (Unseen(), Unseen())
    assert isinstance(unknown, Doubtful)
