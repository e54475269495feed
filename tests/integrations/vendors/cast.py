"""Accounts at every vendor, letters, and carriers that are open to an emulator."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from loyalnest.integrations import klaviyo, mailchimp, meta, postscript, ses, twilio
from loyalnest.integrations.calls import Way
from loyalnest.kernel.ids import new_id
from loyalnest.messaging import (
    Account,
    Approved,
    Carrier,
    Channel,
    Content,
    Letter,
    Mail,
    Offer,
    Provider,
    Purpose,
    Words,
)
from tests import emulators
from tests.conftest import NOW

ADA, PHONE = "ada@example.net", "+15005550009"
MERCHANT, SENDER = new_id(), new_id()
POINTS = "12,050"  # with a comma, as no id holds it by chance
WORDS = Words(f"You have {POINTS} points.")
MAIL = Mail(f"{POINTS} points, Ada", WORDS.text, f"<p>You have <b>{POINTS}</b> points.</p>")
TEMPLATE = "HX" + "0f" * 16
APPROVED = Approved(TEMPLATE, "en", ("Ada", POINTS))


@dataclass(frozen=True)
class Case:
    """A vendor's emulator, our offer for it, and an account that is good there."""

    make: Callable[[], Any]
    offer: Callable[[Way], Offer]
    channel: Channel
    content: Content
    to: str
    origin: str
    secrets: Callable[[Any], Mapping[str, str]]
    options: Callable[[Any], Mapping[str, str]] = field(default=lambda _: {})
    taken: Callable[[Any], int] = field(default=lambda vendor: len(vendor.messages))
    """How many messages the vendor has taken."""

    def account(self, vendor: Any, *, reports_to: str | None = None, **options: Any) -> Account:
        return Account(
            merchant_id=MERCHANT,
            sender_id=SENDER,
            channel=self.channel,
            provider=self.offer(way_to(vendor)).provider,
            origin=self.origin,
            name="Café Nest",
            credentials=self.secrets(vendor),
            options={**self.options(vendor), **options},
            reports_to=reports_to,
        )

    def carrier(self, vendor: Any, *, timeout_s: float = 5.0, **options: Any) -> Carrier:
        account = self.account(vendor, **options)
        return self.offer(way_to(vendor, timeout_s=timeout_s)).open(account)

    def letter(self, **changed: Any) -> Letter:
        return letter(self.channel, self.content, to=self.to, **changed)


def way_to(vendor: Any, *, timeout_s: float = 5.0, now: datetime = NOW) -> Way:
    return Way(vendor.url, lambda: now, timeout_s)


def letter(
    channel: Channel,
    content: Content,
    *,
    to: str,
    key: str | None = None,
    purpose: Purpose = Purpose.TRANSACTIONAL,
) -> Letter:
    id_ = new_id()
    headers = {
        "Message-ID": f"<{id_}@example.com>",
        "List-Unsubscribe": "<https://nest.example/u/x>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    return Letter(
        message_id=id_,
        merchant_id=MERCHANT,
        key=key or id_.hex,
        channel=channel,
        purpose=purpose,
        to=to,
        content=content,
        language="en",
        headers=headers if channel is Channel.EMAIL else {},
        occasion="points_earned",
    )


def _postscript() -> emulators.Postscript:
    vendor = emulators.Postscript()
    vendor.subscribers.add(PHONE)
    return vendor


CASES: Mapping[str, Case] = {
    "twilio": Case(
        emulators.Twilio,
        twilio.offer,
        Channel.SMS,
        WORDS,
        PHONE,
        "+15005550006",
        lambda it: {"auth_token": it.auth_token},
        lambda it: {"account_sid": it.account},
    ),
    "meta": Case(
        emulators.Meta,
        meta.offer,
        Channel.WHATSAPP,
        WORDS,
        PHONE,
        "+15550783881",
        lambda it: {
            "access_token": it.token,
            "app_secret": it.app_secret,
            "verify_token": it.verify_token,
        },
        lambda it: {"phone_number_id": it.phone_id},
    ),
    "ses": Case(
        emulators.Ses,
        ses.offer,
        Channel.EMAIL,
        MAIL,
        ADA,
        "hello@cafe.example",
        lambda it: {"secret_access_key": it.secret_key},
        lambda it: {
            "region": it.region,
            "access_key_id": it.access_key,
            "topic_arn": it.topic,
        },
        lambda it: len(it.mails),
    ),
    "klaviyo": Case(
        emulators.Klaviyo,
        klaviyo.offer,
        Channel.EMAIL,
        MAIL,
        ADA,
        "hello@cafe.example",
        lambda it: {"private_key": it.key, "webhook_secret": it.webhook_secret},
        taken=lambda it: len(it.triggering),
    ),
    "mailchimp": Case(
        emulators.Mailchimp,
        mailchimp.offer,
        Channel.EMAIL,
        MAIL,
        ADA,
        "hello@cafe.example",
        lambda it: {
            "api_key": it.key,
            "webhook_key": it.webhook_key,
            "audience_secret": "s" * 20,
        },
        taken=lambda it: len(it.mails),
    ),
    "postscript": Case(
        _postscript,
        postscript.offer,
        Channel.SMS,
        WORDS,
        PHONE,
        "+15005550006",
        lambda it: {"private_key": it.key, "signing_token": it.signing_token},
    ),
}
assert {Provider(name) for name in CASES} == set(Provider) - {Provider.SMTP}
