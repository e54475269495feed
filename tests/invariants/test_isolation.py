"""A merchant never sees or touches what is another's, and can't tell it from what isn't there."""

import json
import re
from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import to_wire
from tests.doors import bearing, description, house
from tests.two_merchants import Tenant, two_merchants

OPERATIONS: dict[str, tuple[str, str, dict[str, Any]]] = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, item in description()["paths"].items()
    for method, operation in item.items()
}
NOWHERE = "0" * 32
# These are words that every merchant may have: they name nothing.
WORDS = {
    "{provider}",
    *("{code}", "{segment}", "{badge}", "{switch}", "{step}"),
    *("{language}", "{key}", "{page}", "{occasion}", "{channel}"),
}
NOT_THERE = {
    "position": str(2**62),
    "version": "2147483647",
    "subscriber": "nobody",
    "picture": "0" * 64,
}
QUERIES = {
    "get_referral_progress": "customer_id={customer_id}",
    "get_referral_advocate": "customer_id={customer_id}",
    "preview_unmerge": "merge_id={merge_id}",
    "get_product_access": "product=7&customer_id={customer_id}",
    "get_widget_config": "shop={shop}&language={language}",
    "list_texts": "language={language}&q={key}",
    "list_journey_glances": "journey_id={journey_id}",
    "plan_experiment": "baseline=0.1&effect=0.02&subject=launcher",
}
# For what takes a body: one that would do, with ids by the names of the parameters.
BODIES: dict[str, dict[str, Any]] = {
    "change_customer": {"name": "Somebody Else"},
    "adjust_points": {"customer_id": "{customer_id}", "amount": 5, "reason": "a mistake"},
    "post_many": {
        "postings": [
            {"customer_id": "{customer_id}", "kind": "earn", "amount": 5, "source_id": "till-9"}
        ]
    },
    "merge_customers": {"merged_id": "{customer_id}"},
    "give_badge": {"reason": "a friend"},
    "save_web_addresses": {"web_addresses": ["https://www.example.com"]},
    "join_leaderboard": {},
    "override_customer_tier": {"tier": "silver", "reason": "a friend"},
    "create_referral_code": {"advocate_customer_id": "{customer_id}"},
    "complete_referral": {"referral_code": "NOBODYSNOW", "friend_customer_id": "{customer_id}"},
    "approve_referral": {"note": "a friend"},
    "reject_referral": {"note": "no friend"},
    "reconsider_referral": {"note": "after all"},
    "save_referral_settings": {"settings": {"friend_reward_id": "{reward_id}"}},
    "redeem_reward": {"customer_id": "{customer_id}", "reward_id": "{reward_id}"},
    "use_redemption": {},
    "cancel_redemption": {},
    "save_reward": {
        "terms": {"kind": "free_shipping", "name": "Ours now", "cost": 1},
        "state": "active",
    },
    "save_campaign": {
        "rule": {
            "name": "Ours now",
            "starts_at": "2026-11-01T00:00:00Z",
            "effect": {"kind": "bonus", "points": 5},
        }
    },
    "save_journey": {
        "plan": {
            "name": "Ours now",
            "trigger": {"kind": "birthday"},
            "steps": [{"kind": "tell", "occasion": "birthday", "channels": ["email"]}],
        }
    },
    "save_experiment": {
        "design": {
            "name": "Ours now",
            "subject": "launcher",
            "variants": [{"key": "a"}, {"key": "b"}],
            "goal": {"kind": "order"},
            "plan": {"baseline": 0.1, "effect": 0.02},
        }
    },
    "record_customer_consent": {"purpose": "referrals", "granted": False},
    "save_customer_preferences": {"language": "de"},
    "answer_privacy_request": {"note": "It is done."},
    "save_page": {"settings": {"picture": "{picture}"}},
    "save_nudge": {
        "terms": {"kind": "note", "name": "Ours now", "words": {"title": "Ours now"}},
        "state": "active",
    },
    "change_sender": {"origin": "ours@example.com", "values": {"url": "ours"}, "version": 1},
    "save_perk": {
        "terms": {"kind": "other", "name": "Ours now", "tiers": ["silver"]},
        "state": "active",
    },
    "save_branding": {"settings": {"logo": "{picture}"}},
    "unmerge_customers": {"merge_id": "{merge_id}"},
    "erase_customer": {"confirm": "{customer_id}"},
    "change_staff_role": {"role": "analyst"},
    "erase_staff": {"confirm": "{staff_id}"},
    "dismiss_merge_candidate": {"customer_id": "{candidate_id}", "other_id": "{other_id}"},
    "save_card_program": {
        "terms": {"name": "Ours now", "stages": [{"count": 1, "name": "Tea"}]},
        "state": "active",
    },
    "preview_card_program": {
        "terms": {"name": "Ours now", "stages": [{"count": 1, "name": "Tea"}]}
    },
    "open_card": {"customer_id": "{customer_id}", "card_program_id": "{card_program_id}"},
    "stamp_card": {"card_id": "{card_id}"},
    "convert_card": {"direction": "to_points"},
    "undo_stamp": {"reason": "a mistake"},
    "use_card_reward": {},
    "revoke_stamper": {},
    "change_clerk": {"name": "Ours now"},
    "save_counter_place": {},
    "create_poster": {"name": "Ours now", "card_program_id": "{card_program_id}"},
    "create_card_batch": {"card_program_id": "{card_program_id}", "count": 1},
    "enrol_guest": {
        "card_program_id": "{card_program_id}",
        "name": "Ana",
        "phone": "+4915123456789",
    },
    "earn": {
        "customer_id": "{customer_id}",
        "action_type": "purchase",
        "amount": "5.00",
        "order_id": "till-9",
    },
}


@pytest.fixture(scope="module")
async def tenants(lasting_database: Database) -> tuple[Tenant, Tenant]:
    return await two_merchants(lasting_database)


@pytest.fixture
async def client(lasting_database: Database) -> AsyncGenerator[httpx.AsyncClient]:
    async with house(lasting_database) as client:
        yield client


def names_things() -> list[str]:
    """Every operation that is told ids, in its path or in its body."""
    return [
        name
        for name, (_, path, _) in OPERATIONS.items()
        if name in BODIES or set(re.findall(r"{\w+}", path)) - WORDS
    ]


def opens(name: str, tenant: Tenant) -> dict[str, str]:
    """What opens this door: a customer's own needs their session, one's own sign-ins somebody who
    is signed in, everything else a key."""
    if name in {"list_own_sessions", "end_own_session"}:
        return bearing(tenant.person)
    security: list[dict[str, list[str]]] = OPERATIONS[name][2].get("security", [])
    own = any(scope.startswith("self:") for each in security for scope in each.get("bearer", ()))
    at_counter = any("counter:write" in each.get("bearer", ()) for each in security)
    if at_counter:
        return bearing(tenant.till)
    return bearing(tenant.session if own else tenant.key)


async def ask(
    client: httpx.AsyncClient, name: str, ids: dict[str, str], by: Tenant
) -> tuple[int, dict[str, Any]]:
    method, path, operation = OPERATIONS[name]
    body: Any = None
    if "requestBody" in operation:
        assert name in BODIES, f"say in BODIES what {name} may be sent"
        told = json.dumps(BODIES[name])
        body = json.loads(re.sub(r'"\{(\w+)\}"', lambda field: f'"{ids[field[1]]}"', told))
    answer = await client.request(
        method,
        path.format(**ids),
        json=body,
        params=QUERIES.get(name, "").format(**ids),
        headers={**opens(name, by), "Idempotency-Key": f"{name}-probe"},
    )
    said: dict[str, Any] = answer.json() if answer.content else {}
    said.pop("trace_id", None)
    return answer.status_code, said


@pytest.mark.parametrize("name", names_things())
async def test_what_is_anothers_is_answered_like_what_is_not_there(
    lasting_database: Database,
    client: httpx.AsyncClient,
    tenants: tuple[Tenant, Tenant],
    name: str,
):
    ours, theirs = tenants
    missing = {
        field: NOT_THERE.get(field) or re.sub(r"_.*", f"_{NOWHERE}", id_)
        for field, id_ in theirs.ids.items()
    }
    anothers = theirs.ids
    if name == "get_program_version":
        anothers = {"version": "3"}  # numbers are counted by merchant: a third is nobody's
    before = await everything_of(lasting_database, theirs.merchant_id)
    answers = [await ask(client, name, ids, ours) for ids in (anothers, missing)]
    assert answers[0] == answers[1]
    assert answers[0][0] == 404
    assert await everything_of(lasting_database, theirs.merchant_id) == before


@pytest.mark.parametrize(
    "name", [name for name, (method, _, _) in OPERATIONS.items() if method == "GET"]
)
async def test_no_answer_holds_anything_of_another_merchant(
    client: httpx.AsyncClient, tenants: tuple[Tenant, Tenant], name: str
):
    ours, theirs = tenants
    _, path, _ = OPERATIONS[name]
    ids = {**ours.ids, "code": "points", "occasion": "welcome", "channel": "sms"}
    query = QUERIES.get(name, "").format(**ids)
    answer = await client.get(path.format(**ids), params=query, headers=opens(name, ours))
    assert answer.status_code == 200, answer.text
    foreign = {theirs.email, to_wire("mer", theirs.merchant_id), *theirs.ids.values()}
    telling = [word for word in foreign if "_" in word or word == theirs.ids["picture"]]
    assert not [word for word in telling if word in answer.text]
    assert theirs.email not in answer.text


@pytest.mark.parametrize(
    "query", ["email={email}", "q={email}", "external_id=7", "q=example.com", "q=bea"]
)
async def test_a_search_finds_nobody_elses_customers(
    client: httpx.AsyncClient, tenants: tuple[Tenant, Tenant], query: str
):
    ours, theirs = tenants
    asked = query.format(email=theirs.email)
    answer = await client.get(f"/v1/api/customers?{asked}", headers=bearing(ours.key))
    assert theirs.ids["customer_id"] not in answer.text
    assert theirs.email not in answer.text


async def test_a_cursor_of_anothers_list_leads_nowhere(
    client: httpx.AsyncClient, tenants: tuple[Tenant, Tenant]
):
    ours, theirs = tenants
    page = (await client.get("/v1/api/events?limit=1", headers=bearing(theirs.key))).json()
    path = f"/v1/api/events?cursor={page['next_cursor']}"
    answer = await client.get(path, headers=bearing(ours.key))
    assert theirs.ids["customer_id"] not in answer.text


async def test_an_idempotency_key_of_another_is_free(
    client: httpx.AsyncClient, tenants: tuple[Tenant, Tenant]
):
    for tenant in tenants:
        body = {"customer_id": tenant.ids["customer_id"], "action_type": "purchase"}
        answer = await client.post(
            "/v1/api/points/earn",
            json={**body, "amount": "1.00", "order_id": "shared"},
            headers={**bearing(tenant.key), "Idempotency-Key": "shared"},
        )
        assert answer.status_code == 201


async def everything_of(database: Database, merchant_id: UUID) -> dict[str, list[str]]:
    """Every row of a merchant, as text."""
    async with database.platform() as session:
        rows: dict[str, list[str]] = {table: [] for table in await tenant_tables(session)}
        # One statement: a round trip for each table takes longer than to read them all.
        each = [f"SELECT '{it}', t::text FROM {it} t WHERE merchant_id = :id" for it in rows]
        found = await session.execute(
            text(" UNION ALL ".join(each) + " ORDER BY 1, 2"), {"id": merchant_id}
        )
        for table, row in found:
            rows[table].append(row)
        return rows


async def tenant_tables(session: AsyncSession) -> list[str]:
    """Every table with a merchant's rows, but for the installation's directory."""
    found = await session.scalars(
        text(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition"
            " AND c.relnamespace = 'public'::regnamespace"
            " AND a.attname = 'merchant_id' AND c.relname <> 'directory' ORDER BY 1"
        )
    )
    return list(found)


async def test_the_stories_above_have_rows_to_hide(
    lasting_database: Database, tenants: tuple[Tenant, Tenant]
):
    for tenant in tenants:
        rows = await everything_of(lasting_database, tenant.merchant_id)
        empty = {table for table, lines in rows.items() if not lines}
        assert not empty


async def test_raw_sql_as_the_application_sees_one_merchant(
    lasting_database: Database, tenants: tuple[Tenant, Tenant]
):
    ours, theirs = tenants
    async with lasting_database.tenant(ours.merchant_id) as session:
        for table in await tenant_tables(session):
            seen = await session.scalars(text(f"SELECT DISTINCT merchant_id FROM {table}"))
            assert set(seen) <= {ours.merchant_id}, table
            count = text(f"SELECT count(*) FROM {table} WHERE merchant_id = :theirs")
            assert not await session.scalar(count, {"theirs": theirs.merchant_id}), table


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET merchant_id = merchant_id WHERE merchant_id = :theirs",
        "UPDATE {table} SET merchant_id = :theirs",
        "DELETE FROM {table} WHERE merchant_id = :theirs",
        "INSERT INTO {table} (merchant_id) VALUES (:theirs)",
    ],
)
async def test_raw_sql_as_the_application_changes_nothing_of_another(
    lasting_database: Database, tenants: tuple[Tenant, Tenant], statement: str
):
    ours, theirs = tenants
    before = await everything_of(lasting_database, theirs.merchant_id)
    for table in before:
        await attempt(lasting_database, ours, statement.format(table=table), theirs)
    assert await everything_of(lasting_database, theirs.merchant_id) == before


async def attempt(database: Database, ours: Tenant, statement: str, theirs: Tenant) -> None:
    """Run a statement as one merchant; it may be refused, but only for lack of a right."""
    try:
        async with database.tenant(ours.merchant_id) as session:
            await session.execute(text(statement), {"theirs": theirs.merchant_id})
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None)
        assert state in {INSUFFICIENT_PRIVILEGE, RESTRICTED}, (statement, state)


INSUFFICIENT_PRIVILEGE, RESTRICTED = "42501", "23001"


async def test_a_transaction_for_nobody_sees_nobody(lasting_database: Database, tenants: object):
    async with lasting_database.batch([]) as session:
        for table in await tenant_tables(session):
            assert await session.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table


async def test_a_partition_is_no_way_around(
    lasting_database: Database, tenants: tuple[Tenant, Tenant]
):
    async with lasting_database.tenant(tenants[0].merchant_id) as session:
        readable = await session.scalars(
            text(
                "SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'"
                " AND has_table_privilege(oid, 'SELECT, INSERT, UPDATE, DELETE')"
            )
        )
        assert list(readable) == []


async def test_the_applications_role_owns_and_bypasses_nothing(lasting_database: Database):
    async with lasting_database.batch([]) as session:
        powers = text(
            "SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles"
            " WHERE rolname = current_user"
        )
        assert await session.scalar(powers) is False
        owned = text("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")
        assert await session.scalar(owned) == 0
