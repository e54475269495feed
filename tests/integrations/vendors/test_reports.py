"""What vendors report: whom the door believes, what it keeps, and what is read in it."""

import json
from collections.abc import AsyncGenerator
from dataclasses import replace

import httpx
import pytest

from loyalnest import consents
from loyalnest.integrations import klaviyo, mailchimp, meta, postscript, twilio
from loyalnest.integrations.reports import Received, ReportNotUnderstood, fields_of
from loyalnest.integrations.ses.callbacks import SesReports
from loyalnest.integrations.ses.sns import Certificates
from loyalnest.integrations.twilio.callbacks import is_signed
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import new_id, to_wire
from loyalnest.messaging import Mark, Reason, State
from tests import emulators
from tests.conftest import NOW
from tests.emulators.mailchimp import Mail as MailchimpMail
from tests.emulators.meta import Message as MetaMessage
from tests.emulators.published import FOLDER
from tests.emulators.ses import Mail as SesMail
from tests.integrations.vendors.cast import ADA, CASES, PHONE
from tests.integrations.vendors.post import Post, as_delivery, post_of

URL = "https://nest.example/webhooks/x/snd_1"
MESSAGE = new_id()
NAME = to_wire("msg", MESSAGE)
SIGNED = {
    "twilio": "x-twilio-signature",
    "meta": "x-hub-signature-256",
    "klaviyo": "klaviyo-signature",
    "mailchimp": "x-mandrill-signature",
    "postscript": "postscript-signature",
}
"""The header in which each has its signature; SNS has it in the body."""


@pytest.fixture
async def post(lasting_database: Database) -> AsyncGenerator[Post]:
    async with post_of(lasting_database) as post:
        yield post


async def test_a_signed_report_is_on_disk_once_when_it_is_acknowledged(post: Post) -> None:
    for name in CASES:
        for _ in range(2):
            answer = await post.report_of(name).deliver(post.client)
            assert (name, answer.status_code, answer.content) == (name, 200, b"")
    assert sorted(provider for provider, _, _ in await post.kept()) == sorted(CASES)
    assert {state for _, _, state in await post.kept()} == {"queued"}


async def test_a_report_that_was_changed_or_not_signed_is_refused_unread(post: Post) -> None:
    for name, header in SIGNED.items():
        told = post.report_of(name)
        wrong = [
            told.but({header: ""}),
            told.but({header: "0" * 40}),
            told.but({header: ""}, body=b"\xff{"),
        ]
        if name != "postscript":  # whose token says nothing about what it comes with
            wrong.append(told.but(body=told.body + b"1"))
        for changed in wrong:
            answer = await changed.deliver(post.client)
            assert (name, answer.status_code) == (name, 401)
            assert answer.json()["code"] == "REPORT_UNSIGNED"
    assert await post.kept() == []


async def test_the_address_is_part_of_what_twilio_and_mailchimp_sign(post: Post) -> None:
    for name in ("twilio", "mailchimp"):
        told = post.report_of(name)
        for url in (f"{told.url}?message={NAME}", told.url.replace("https", "http")):
            answer = await told.but(url=url).deliver(post.client)
            # What the request says of host and scheme is not believed, so it changes nothing.
            assert answer.status_code == (401 if "?" in url else 200)


async def test_another_senders_address_and_one_that_nobody_has_take_nothing(post: Post) -> None:
    told = post.report_of("meta")
    for url in (
        post.url("twilio").replace("twilio", "meta"),
        post.url("meta").rpartition("/")[0] + f"/{to_wire('snd', new_id())}",
        post.url("meta").rpartition("/")[0] + "/snd_x",
        post.url("meta").replace("meta", "smtp"),
    ):
        assert (await told.but(url=url).deliver(post.client)).status_code == 404
    assert await post.kept() == []


async def test_a_body_beyond_what_is_allowed_is_not_read_to_its_end(post: Post) -> None:
    told = post.report_of("meta").but(body=b"x" * 100_001)
    assert (await told.deliver(post.client)).status_code == 413


async def test_a_secret_that_was_changed_is_asked_for_anew(post: Post) -> None:
    assert (await post.report_of("meta").deliver(post.client)).status_code == 200
    vendor, account = post.vendors["meta"], post.accounts["meta"]
    vendor.app_secret = "ab" * 16
    secrets = {**account.credentials, "app_secret": vendor.app_secret}
    changed = vendor.report(post.url("meta"))
    assert (await changed.deliver(post.client)).status_code == 401
    post.accounts["meta"] = replace(account, credentials=secrets)
    post.hands.pass_by(seconds=6)
    assert (await changed.deliver(post.client)).status_code == 200


async def test_meta_is_greeted_back_if_it_knows_the_word(post: Post) -> None:
    vendor = post.vendors["meta"]
    greeted = await vendor.challenge(post.url("meta")).deliver(post.client)
    assert (greeted.status_code, greeted.text) == (200, "1158201444")
    assert greeted.headers["content-type"].startswith("text/plain")
    refused = await vendor.challenge(post.url("meta"), token="guess").deliver(post.client)
    assert refused.status_code == 401
    script = vendor.challenge(post.url("meta"))
    script = script.but(url=script.url.replace("1158201444", "%3Cscript%3E"))
    assert (await script.deliver(post.client)).status_code == 401


def test_twilios_signatures_are_those_that_its_own_code_makes() -> None:
    for told in json.loads((FOLDER / "signatures.json").read_text())["twilio"]:
        body = told["body"].encode()
        token, given, fields = told["token"], told["signature"], fields_of(body)
        received = Received("POST", told["url"], {}, {}, body)
        assert is_signed(token, received, fields, given)
        assert not is_signed(token[1:], received, fields, given)
        assert not is_signed(token, received, [*fields, ("x", "1")], given)
        assert not is_signed(token, replace(received, url=f"{received.url}1"), fields, given)


@pytest.mark.parametrize(
    ("status", "code", "state", "reason"),
    [
        ("queued", None, State.QUEUED, None),
        ("sent", None, State.SENT, None),
        ("delivered", None, State.DELIVERED, None),
        ("read", None, State.READ, None),
        ("undelivered", "30005", State.FAILED, Reason.ADDRESS_INVALID),
        ("failed", "63016", State.FAILED, Reason.OUTSIDE_WINDOW),
        ("failed", "99999", State.FAILED, Reason.REFUSED),
        ("failed", "", State.FAILED, Reason.REFUSED),
    ],
)
def test_what_twilio_says_of_a_message(
    status: str, code: str | None, state: State, reason: Reason | None
) -> None:
    fields = {"MessageSid": "SM1", "MessageStatus": status, "NewOfTwilios": "x"}
    fields |= {} if code is None else {"ErrorCode": code}
    told = emulators.Twilio().signed(f"{URL}?message={NAME}", fields)
    (found,) = twilio.REPORTS.read(as_delivery(told, "twilio", "status")).statuses
    assert (found.state, found.reason, found.message_id) == (state, reason, MESSAGE)
    assert found.provider_id == "SM1"


def test_what_twilio_doesnt_document_is_set_aside_for_people() -> None:
    told = emulators.Twilio().signed(URL, {"MessageSid": "SM1", "MessageStatus": "lost"})
    with pytest.raises(ReportNotUnderstood):
        twilio.REPORTS.read(as_delivery(told, "twilio", "status"))


def test_who_wrote_is_known_by_number_or_by_what_twilio_understood() -> None:
    vendor = emulators.Twilio()
    sms = vendor.write_in(URL, sender=PHONE, body="Arrêt")
    chat = vendor.write_in(URL, sender=f"whatsapp:{PHONE}", body="x", OptOutType="STOP")
    (first,) = twilio.REPORTS.read(as_delivery(sms, "twilio", "inbound")).letters
    (second,) = twilio.REPORTS.read(as_delivery(chat, "twilio", "inbound")).letters
    scope = f"twilio:{vendor.account}"
    assert first.sender == consents.Sender(consents.Channel.SMS, scope, PHONE, PHONE)
    assert second.sender == consents.Sender(consents.Channel.WHATSAPP, scope, PHONE, PHONE)
    assert (first.text, second.text) == ("Arrêt", "STOP")


def test_meta_tells_of_many_messages_at_once() -> None:
    vendor = emulators.Meta()
    vendor.fates["+2"] = 131026
    vendor.open_windows.add("+1")
    messages = [MetaMessage(f"wamid.{to}", to, {"type": "text"}, NAME) for to in ("+1", "+2")]
    told = vendor.settle(URL, messages)
    found = meta.REPORTS.read(as_delivery(told, "meta", "status")).statuses
    assert [(it.provider_id, it.state, it.reason) for it in found] == [
        ("wamid.+1", State.SENT, None),
        ("wamid.+1", State.DELIVERED, None),
        ("wamid.+2", State.FAILED, Reason.NOT_ON_CHANNEL),
    ]
    assert {it.message_id for it in found} == {MESSAGE}
    assert all(it.at <= NOW for it in found)


def test_somebody_on_whatsapp_may_have_no_number_and_may_want_no_marketing() -> None:
    vendor = emulators.Meta()
    scope = f"meta:{vendor.business_id}"
    known = vendor.write_in(URL, sender=PHONE, body="stop", user_id="US.13491208655302741918")
    hidden = vendor.write_in(URL, sender="", body="hi", user_id="US.13491208655302741918")
    plain = vendor.write_in(URL, sender=PHONE, body="hi")
    letters = [
        it
        for told in (known, hidden, plain)
        for it in meta.REPORTS.read(as_delivery(told, "meta", "status")).letters
    ]
    channel, bsuid = consents.Channel.WHATSAPP, "US.13491208655302741918"
    assert [it.sender for it in letters] == [
        consents.Sender(channel, scope, bsuid, PHONE),
        consents.Sender(channel, scope, bsuid, None),
        consents.Sender(channel, scope, PHONE, PHONE),
    ]
    stop, resume = (vendor.prefer(URL, who=PHONE, value=value) for value in ("stop", "resume"))
    assert meta.REPORTS.read(as_delivery(stop, "meta", "status")).held == (
        consents.Held(channel, PHONE, consents.Reason.UNSUBSCRIBED),
    )
    assert meta.REPORTS.read(as_delivery(resume, "meta", "status")).held == ()


@pytest.mark.parametrize("body", [b"{}", b"[]", b"{", b'{"object":"page"}', b"[" * 100_000])
def test_what_is_none_of_metas_is_set_aside_for_people(body: bytes) -> None:
    told = emulators.Meta().report(URL).but(body=body)
    with pytest.raises(ReportNotUnderstood):
        meta.REPORTS.read(as_delivery(told, "meta", "status"))


@pytest.mark.parametrize(
    ("kind", "about", "state", "reason"),
    [
        ("Send", {}, State.SENT, None),
        ("Delivery", {}, State.DELIVERED, None),
        ("Open", {}, State.READ, None),
        ("Click", {"link": "https://nest.example"}, Mark.CLICKED, None),
        ("Bounce", {"bounceType": "Permanent"}, State.FAILED, Reason.ADDRESS_BOUNCED),
        (
            "Bounce",
            {"bounceType": "Permanent", "bounceSubType": "NoEmail"},
            State.FAILED,
            Reason.ADDRESS_INVALID,
        ),
        (
            "Bounce",
            {"bounceType": "Transient", "bounceSubType": "MailboxFull"},
            State.FAILED,
            Reason.UNREACHABLE,
        ),
        ("Complaint", {}, State.DELIVERED, Reason.COMPLAINED),
        ("Reject", {}, State.FAILED, Reason.CONTENT_REFUSED),
    ],
)
def test_what_ses_says_of_a_mail(
    kind: str, about: dict[str, str], state: State | Mark, reason: Reason | None
) -> None:
    vendor = emulators.Ses()
    tags = [{"Name": "loyalnest-message", "Value": NAME}]
    mail = SesMail("0102", ADA, {"EmailTags": tags})
    told = vendor.report(URL, mail, kind, **about)
    (found,) = reports_of_ses().read(as_delivery(told, "ses", "status")).statuses
    assert (found.state, found.reason) == (state, reason)
    assert (found.provider_id, found.message_id) == ("0102", MESSAGE)


def test_what_sns_says_besides_tells_of_no_mail() -> None:
    vendor = emulators.Ses()
    hello = vendor.notify(URL, json.dumps({"notificationType": "AmazonSnsSubscriptionSucceeded"}))
    assert not reports_of_ses().read(as_delivery(hello, "ses", "status")).statuses
    with pytest.raises(ReportNotUnderstood):
        reports_of_ses().read(as_delivery(vendor.notify(URL, "Hello"), "ses", "status"))


def test_what_mailchimp_says_of_mails_and_of_who_left_its_audience() -> None:
    vendor = emulators.Mailchimp()
    mail = MailchimpMail("1", ADA, {"metadata": {"loyalnest_message": NAME}}, "sent")
    kinds = ["send", "open", "click", "hard_bounce", "spam", "unsub", "inbound"]
    read = mailchimp.REPORTS.read
    found = [
        (it.state, it.reason)
        for kind in kinds
        for it in read(as_delivery(vendor.report(URL, mail, kind), "mailchimp", "status")).statuses
    ]
    assert found == [
        (State.SENT, None),
        (State.READ, None),
        (Mark.CLICKED, None),
        (State.FAILED, Reason.ADDRESS_BOUNCED),
        (State.DELIVERED, Reason.COMPLAINED),
        (State.DELIVERED, Reason.OPTED_OUT),
    ]
    left = [("unsubscribe", "manual"), ("unsubscribe", "abuse"), ("cleaned", "hard"), ("x", "y")]
    held = [
        hold.reason
        for kind, why in left
        for hold in read(
            as_delivery(vendor.tell_of_member(URL, kind, ADA, reason=why), "mailchimp", "audience")
        ).held
    ]
    wanted = consents.Reason
    assert held == [wanted.UNSUBSCRIBED, wanted.COMPLAINED, wanted.BOUNCED]


async def test_an_audience_is_believed_by_the_word_in_its_address(post: Post) -> None:
    vendor, url = post.vendors["mailchimp"], post.url("mailchimp")
    for word, status in [("s" * 20, 200), ("guess", 401), ("", 401)]:
        told = vendor.tell_of_member(f"{url}?audience={word}", "unsubscribe", ADA)
        assert (await told.deliver(post.client)).status_code == status
    asked = await post.client.get(f"{url}?audience={'s' * 20}")
    assert asked.status_code == 200
    assert [topic for _, topic, _ in await post.kept()] == ["audience"]


def test_who_opted_out_at_postscript_and_at_klaviyo_is_let_be() -> None:
    shop, account = emulators.Postscript(), emulators.Klaviyo()
    letters = [
        shop.report(URL, "shop.incoming_message", from_number=PHONE, body="Hello", shop_id="s"),
        shop.report(URL, "shop.incoming_message", from_number=PHONE, body="x", is_opt_out=True),
        shop.report(URL, "shop.subscriber.opt_out", phone_number=PHONE),
        shop.report(URL, "shop.test"),
    ]
    told = [postscript.REPORTS.read(as_delivery(it, "postscript", "inbound")) for it in letters]
    assert [(len(it.letters), len(it.held)) for it in told] == [(1, 0), (0, 1), (0, 1), (0, 0)]
    bounced = account.report(
        URL,
        ("event:klaviyo.bounced_email", {"data": {"attributes": {"email": ADA}}}),
        ("event:klaviyo.unsubscribed_from_sms_marketing", {"profile": {"phone_number": PHONE}}),
        ("event:klaviyo.opened_email", {"email": ADA}),
    )
    held = klaviyo.REPORTS.read(as_delivery(bounced, "klaviyo", "status")).held
    assert [(it.channel.value, it.address, it.reason.value) for it in held] == [
        ("email", ADA, "bounced"),
        ("sms", PHONE, "stopped"),
    ]


async def test_klaviyos_reports_are_believed_for_a_day(post: Post) -> None:
    vendor, url = post.vendors["klaviyo"], post.url("klaviyo")
    for days, status in [(0, 200), (2, 401), (-2, 401)]:
        told = vendor.report(url, at=int(NOW.timestamp()) - days * 86_400)
        assert (await told.deliver(post.client)).status_code == status


def reports_of_ses() -> SesReports:
    async def fetch(_: str) -> bytes:
        raise httpx.ConnectError("nobody is asked")

    return SesReports(Certificates(fetch))
