"""The emulators refuse what the vendors refuse, so that nothing passes here that fails there."""

import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from loyalnest.integrations.aws import Key, sign
from tests import emulators
from tests.conftest import NOW
from tests.emulators.meta import Message
from tests.emulators.published import description
from tests.emulators.vendor import most_in_a_second

TO = "+15005550009"


async def ask(vendor: Any, method: str, path: str, **asked: Any) -> httpx.Response:
    async with httpx.AsyncClient(base_url=vendor.url) as client:
        return await client.request(method, path, **asked)


TWILIO_GOOD = {"To": TO, "From": "+15005550006", "Body": "Hello"}


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({}, 201, None),
        ({"To": ""}, 400, 21211),
        ({"To": "0500555"}, 400, 21211),
        ({"From": ""}, 400, 21603),
        ({"From": "+15005550001"}, 400, 21606),
        ({"From": "whatsapp:+15005550006"}, 400, 21910),
        ({"Body": ""}, 400, 21619),
        ({"Body": "x" * 1601}, 400, 21617),
        ({"ContentSid": "HX1"}, 400, 20001),
        ({"ContentSid": "HX" + "0" * 32}, 400, 21655),
        ({"ContentVariables": '{"1":"x"}'}, 400, 21655),
        ({"ContentVariables": "x"}, 400, 21656),
        ({"ValidityPeriod": "soon"}, 400, 20001),
        ({"Bdoy": "Hello"}, 400, 20001),
    ],
)
async def test_twilio(changed: Mapping[str, str], status: int, code: int | None) -> None:
    async with emulators.Twilio() as vendor:
        path = f"/2010-04-01/Accounts/{vendor.account}/Messages.json"
        who = (vendor.account, vendor.auth_token)
        form = {name: value for name, value in {**TWILIO_GOOD, **changed}.items() if value}
        if changed == {"To": ""}:
            form["To"] = "x"
        answer = await ask(vendor, "POST", path, data=form, auth=who)
        assert (answer.status_code, answer.json().get("code")) == (status, code)
        if status == 201:
            stranger = await ask(vendor, "POST", path, data=form, auth=(vendor.account, "x"))
            elsewhere = await ask(vendor, "POST", "/Messages.json", data=form, auth=who)
            as_json = await ask(vendor, "POST", path, json=form, auth=who)
            assert [it.status_code for it in (stranger, elsewhere, as_json)] == [401, 404, 400]


META_GOOD: Mapping[str, Any] = {
    "messaging_product": "whatsapp",
    "recipient_type": "individual",
    "to": TO,
    "type": "text",
    "text": {"body": "Hello"},
}
TEMPLATE: Mapping[str, Any] = {
    "name": "points",
    "language": {"policy": "deterministic", "code": "en"},
}


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({}, 200, None),
        ({"messaging_product": None}, 400, 100),
        ({"recipient_type": None}, 400, 100),
        ({"recipient_type": "everybody"}, 400, 100),
        ({"to": None}, 400, 100),
        ({"text": None}, 400, 100),
        ({"type": "template", "text": None, "template": TEMPLATE}, 404, 132001),
        (
            {"type": "template", "text": None, "template": {**TEMPLATE, "name": "known"}},
            400,
            132000,
        ),
        (
            {"type": "template", "text": None, "template": {"name": "known", "language": {}}},
            400,
            100,
        ),
    ],
)
async def test_meta(changed: Mapping[str, Any], status: int, code: int | None) -> None:
    async with emulators.Meta() as vendor:
        vendor.templates["known", "en"] = 1
        path = f"/v23.0/{vendor.phone_id}/messages"
        known = {"authorization": f"Bearer {vendor.token}"}
        body = {name: it for name, it in {**META_GOOD, **changed}.items() if it is not None}
        answer = await ask(vendor, "POST", path, json=body, headers=known)
        told = answer.json().get("error", {}).get("code")
        assert (answer.status_code, told) == (status, code)
        if status == 200:
            stranger = await ask(vendor, "POST", path, json=body)
            elsewhere = await ask(vendor, "POST", "/v23.0/1/messages", json=body, headers=known)
            garbled = {**known, "content-type": "application/json"}
            broken = await ask(vendor, "POST", path, content=b"{", headers=garbled)
            assert [it.status_code for it in (stranger, elsewhere, broken)] == [401, 400, 400]


def klaviyo_event(**changed: Any) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "properties": {"points": 5},
        "metric": {"data": {"type": "metric", "attributes": {"name": "Earned"}}},
        "profile": {"data": {"type": "profile", "attributes": {"email": "ada@example.net"}}},
        "unique_id": "1",
        **changed,
    }
    kept = {name: it for name, it in attributes.items() if it is not None}
    return {"data": {"type": "event", "attributes": kept}}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (klaviyo_event(), 202),
        (klaviyo_event(properties=None), 400),
        (klaviyo_event(metric=None), 400),
        (klaviyo_event(metric={"data": {"type": "event", "attributes": {"name": "x"}}}), 400),
        (klaviyo_event(profile={"data": {"type": "profile", "attributes": {}}}), 400),
        (klaviyo_event(value="much"), 400),
        (klaviyo_event(properties={str(n): n for n in range(401)}), 400),
        ({"data": {"type": "metric", "attributes": {}}}, 400),
        ({}, 400),
    ],
)
async def test_klaviyo(body: Any, status: int) -> None:
    async with emulators.Klaviyo() as vendor:
        known = {
            "authorization": f"Klaviyo-API-Key {vendor.key}",
            "revision": "2026-07-15",
            "content-type": "application/vnd.api+json",
        }
        raw = json.dumps(body).encode()
        answer = await ask(vendor, "POST", "/api/events", content=raw, headers=known)
        assert answer.status_code == status
        if status != 202:
            assert answer.json()["errors"][0]["code"] == "invalid"
            return
        for name, value, expected in [
            ("authorization", "Bearer x", 401),
            ("revision", "1999-01-01", 400),
            ("content-type", "application/json", 415),
        ]:
            changed = {**known, name: value}
            refused = await ask(vendor, "POST", "/api/events", content=raw, headers=changed)
            assert refused.status_code == expected
        await ask(vendor, "POST", "/api/events", content=raw, headers=known)
        assert len(vendor.events) == 1


MAIL_GOOD: Mapping[str, Any] = {
    "from_email": "hello@cafe.example",
    "to": [{"email": "ada@example.net"}],
    "subject": "Hello",
    "text": "Hello",
}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "sent"),
        ({"from_email": "hello@elsewhere.example"}, "rejected"),
        ({"to": [{"email": "nobody"}]}, "invalid"),
        ({"to": []}, "ValidationError"),
        ({"to": None}, "ValidationError"),
        ({"from_email": None}, "ValidationError"),
        ({"texts": "Hello"}, "ValidationError"),
        ({"tags": ["x" * 51]}, "ValidationError"),
    ],
)
async def test_mailchimp_transactional(changed: Mapping[str, Any], expected: str) -> None:
    async with emulators.Mailchimp() as vendor:
        message = {name: it for name, it in {**MAIL_GOOD, **changed}.items() if it is not None}
        path = "/api/1.3/messages/send.json"
        answer = await ask(vendor, "POST", path, json={"key": vendor.key, "message": message})
        told = answer.json()
        assert (told["name"] if isinstance(told, dict) else told[0]["status"]) == expected
        stranger = await ask(vendor, "POST", path, json={"key": "x", "message": MAIL_GOOD})
        assert stranger.json()["name"] == "Invalid_Key"


async def test_mailchimps_audience() -> None:
    async with emulators.Mailchimp() as vendor:
        members = f"/3.0/lists/{vendor.audience}/members"
        who = ("any", vendor.marketing_key)
        hash_ = "a" * 32
        member = {"email_address": "ada@example.net", "status_if_new": "subscribed"}
        answers = [
            await ask(vendor, "POST", f"{members}/{hash_}/events", json={"name": "won"}, auth=who),
            await ask(vendor, "PUT", f"{members}/ada", json=member, auth=who),
            await ask(vendor, "PUT", f"{members}/{hash_}", json={"email_address": "x"}, auth=who),
            await ask(vendor, "PUT", f"{members}/{hash_}", json=member, auth=("any", "x")),
            await ask(vendor, "PUT", f"{members}/{hash_}", json=member, auth=who),
            await ask(vendor, "POST", f"{members}/{hash_}/events", json={"name": "?"}, auth=who),
            await ask(vendor, "POST", f"{members}/{hash_}/events", json={"name": "won"}, auth=who),
            await ask(vendor, "PUT", f"/3.0/lists/x/members/{hash_}", json=member, auth=who),
        ]
        assert [it.status_code for it in answers] == [404, 400, 400, 401, 200, 400, 204, 404]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"phone": TO, "body": "Hello", "category": "transactional"}, 202),
        ({"phone": TO}, 400),
        ({"body": "Hello"}, 400),
        ({"phone": TO, "body": "Hello", "category": "urgent"}, 400),
        ({"phone": "+15005550008", "body": "Hello"}, 404),
        ({"phone": "+15005550007", "body": "Hello"}, 400),
        ({"phone": TO, "body": "Hello", "image": "x"}, 400),
    ],
)
async def test_postscript(body: Any, status: int) -> None:
    async with emulators.Postscript() as vendor:
        vendor.subscribers |= {TO, "+15005550007"}
        vendor.opted_out.add("+15005550007")
        path, known = "/api/v2/message_requests", {"authorization": f"Bearer {vendor.key}"}
        answer = await ask(vendor, "POST", path, json=body, headers=known)
        assert answer.status_code == status
        assert (await ask(vendor, "POST", path, json=body)).status_code == 401
        assert (await ask(vendor, "POST", "/api/v1/x", headers=known)).status_code == 404


SES_GOOD: Mapping[str, Any] = {
    "FromEmailAddress": "Café <hello@cafe.example>",
    "Destination": {"ToAddresses": ["ada@example.net"]},
    "Content": {"Simple": {"Subject": {"Data": "a"}, "Body": {"Text": {"Data": "b"}}}},
}


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({}, None),
        ({"Content": None}, "BadRequestException"),
        ({"Content": {"Simple": {"Subject": {"Data": "a"}}}}, "BadRequestException"),
        ({"Destinations": {}}, "BadRequestException"),
        ({"EmailTags": [{"Name": "x"}]}, "BadRequestException"),
        ({"FromEmailAddress": "hello@elsewhere.example"}, "MessageRejected"),
        ({"Destination": {"ToAddresses": ["ada@bücher.example"]}}, "BadRequestException"),
    ],
)
async def test_ses(changed: Mapping[str, Any], name: str | None) -> None:
    async with emulators.Ses() as vendor:
        body = {key: it for key, it in {**SES_GOOD, **changed}.items() if it is not None}
        answer = await ask_ses(vendor, body)
        assert answer.headers.get("x-amzn-errortype") == name
        assert answer.is_success == (name is None)
        for wrong in ({"secret": "x"}, {"id": "AKIDOTHER"}, {"region": "us-east-1"}):
            assert (await ask_ses(vendor, body, **wrong)).status_code == 403
        if name is None:
            vendor.quota = 1
            full = await ask_ses(vendor, body)
            assert full.headers["x-amzn-errortype"] == "LimitExceededException"


async def ask_ses(vendor: emulators.Ses, body: Any, **changed: str) -> httpx.Response:
    given = {"id": vendor.access_key, "secret": vendor.secret_key, "region": vendor.region}
    path, raw = "/v2/email/outbound-emails", json.dumps(body).encode()
    host = vendor.url.removeprefix("http://")
    headers = {"content-type": "application/json"}
    key = Key(**{"service": "ses", **given, **changed})
    signed = sign(key, method="POST", host=host, path=path, headers=headers, body=raw, now=NOW)
    return await ask(vendor, "POST", path, content=raw, headers=signed)


async def test_more_in_a_second_than_is_allowed_is_refused() -> None:
    async with emulators.Twilio(per_second=3) as vendor:
        vendor.stopwatch = iter([0, 0.1, 0.2, 0.3, 0.9, 1.4]).__next__
        answers = [await ask(vendor, "GET", "/") for _ in range(6)]
        assert [it.status_code for it in answers] == [404, 404, 404, 429, 429, 404]
        assert most_in_a_second(vendor.arrivals) == 5


def test_what_metas_emulator_tells_of_statuses_keeps_to_what_meta_publishes() -> None:
    vendor = emulators.Meta()
    message = Message("wamid.1", TO, {"type": "text"}, "msg_1")
    told = json.loads(vendor.settle("https://nest.example/webhooks/meta", [message]).body)
    description("meta.openapi.json").validator_of("WebhookPayload").validate(told)
    told["entry"][0]["changes"][0]["value"]["statuses"][0].pop("timestamp")
    assert not description("meta.openapi.json").validator_of("WebhookPayload").is_valid(told)
