"""The schema keeps tenants apart and personal data in hand, whoever adds a table."""

import importlib
import json
from collections import Counter
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import messaging, privacy, templates
from loyalnest.entrypoints import wiring
from loyalnest.kernel.database import Database, merchant_of
from loyalnest.kernel.tenancy import PARTITIONS
from tests.conftest import NOW
from tests.tidy.somebody import SAID, filled_in, open_merchant

# Tables of the installation rather than of a merchant, and why they may be.
INSTALLATION = {
    "alembic_version": "which migrations ran",
    "directory": "finds the merchant before there is one to act for; keyed hashes alone",
    "encryption_keys": "fingerprints of the keys",
    "event_head": "the last position given in the log",
    "event_cursors": "how far each subscriber read",
    "outbox": "events on their way into the log; only the relay reads it",
}
# Installation-wide by their nature: the worker's claim, the relay, the sweep, the one merchant that
# brought another, and whether a page belongs to any store.
CROSSES_MERCHANTS = {
    "inbox_pkey",
    "deliveries_received",
    "early_statuses_age",
    "events_position",
    "merchant_referrals_once",
    "pass_updates_due",
    "senders_by_id",
    "stores_domain",
    "stores_web_addresses",
}

# Who answers for a table that points at a customer. `PERSONAL` tables are exported and erased by
# the module named; the others hold ids, points and money, and keep the books whole.
PERSONAL = {
    "captures": "storefront",
    "channel_identities": "consents",
    "consent_states": "consents",
    "consents": "consents",
    "customer_identities": "customers",
    "customer_search": "customers",
    "customer_terms": "customers",
    "customers": "customers",
    "experiment_exposures": "experiments",
    "leaderboard_members": "gamification",
    "leaderboard_scores": "gamification",
    "message_queue": "messaging",
    "messages": "messaging",
    "outreach_marks": "messaging",
    "preferences": "consents",
    "privacy_requests": "privacy",
    "referral_marks": "referrals",
}
IMPERSONAL = {
    "accounts",
    "badge_awards",
    "badge_moves",
    "campaign_awards",
    "campaign_goals",
    "card_rewards",
    "cards",
    "customer_merges",
    "customer_passes",
    "debts",
    "enrolments",
    "entries",
    "events",
    "guest_days",
    "lots",
    "merge_candidates",
    "orders",
    "redemptions",
    "referral_codes",
    "referral_invitations",
    "referrals",
    "rfm_scores",
    "rhythms",
    "stamps",
    "standing_moves",
    "standings",
    "visits",
}
# What else is sealed, whose it is, and how it ends.
SEALED_OTHERWISE = {
    "addressees": "where people are written to who are no customers; forgotten within days",
    "card_secrets": "what codes of cards are made with; it tells of nobody",
    "clerks": "who stamps: a name and what a PIN is checked against",
    "consent_secrets": "what links are written with; it tells of nobody",
    "allow_lists": "what an owner calls the places that staff work at",
    "deliveries": "what a store said; the body goes when its days are over",
    "redemptions": "codes that name nobody",
    "senders": "a merchant's accounts with providers",
    "sign_in_requests": "who asked for a link to sign in; gone once a worker has seen to it",
    "passes": "what phones prove with that they hold a pass; it tells of nobody",
    "pass_devices": "how phones are told of changes; gone with what they hold",
    "sinks": "a merchant's accounts with tools",
    "suppressions": "addresses that get nothing; of whoever is forgotten a hash stays",
    "staff_members": "who works here; kept, for the books name what they did",
}

_TABLES = """
SELECT c.oid, c.relname AS name, c.relrowsecurity AS secured, c.relforcerowsecurity AS forced,
       EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'merchant_id'
               AND NOT a.attisdropped) AS of_merchant,
       pg_get_userbyid(c.relowner) AS owner
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
  AND NOT c.relispartition AND c.relname NOT LIKE 'pgqueuer%'
ORDER BY name
"""
_POLICIES = "SELECT tablename, policyname, roles::text[] AS roles FROM pg_policies"
_INDEXES = """
SELECT c.relname AS table, i.relname AS name, a.attname AS first
FROM pg_index x
JOIN pg_class c ON c.oid = x.indrelid
JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.indkey[0]
WHERE c.relnamespace = 'public'::regnamespace AND NOT c.relispartition
"""
# A part answers by the name of its table.
_FOREIGN_KEYS = """
SELECT k.conname AS name, coalesce(whole.relname, c.relname) AS table,
       coalesce(target.relname, f.relname) AS target, c.relkind = 'p' AND f.relkind = 'p' AS whole,
       (SELECT a.attname FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum = k.conkey[1]) AS first
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_class f ON f.oid = k.confrelid
LEFT JOIN (pg_inherits i JOIN pg_class whole ON whole.oid = i.inhparent) ON i.inhrelid = c.oid
LEFT JOIN (pg_inherits j JOIN pg_class target ON target.oid = j.inhparent) ON j.inhrelid = f.oid
WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace AND k.conparentid = 0
"""
_CUSTOMER_COLUMNS = """
SELECT DISTINCT c.relname AS name
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
  AND NOT c.relispartition AND a.attname = 'customer_id'
"""
_SEALED_COLUMNS = """
SELECT DISTINCT c.relname AS name
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
  AND NOT c.relispartition AND a.attname LIKE '%sealed'
"""
_STRONG_ROLES = """
SELECT rolname FROM pg_roles
WHERE rolname IN (:application, :platform) AND (rolbypassrls OR rolsuper OR rolcanlogin)
"""


async def test_every_table_belongs_to_merchants_or_says_why_not(shared_database: Database) -> None:
    tables = await _rows(shared_database, _TABLES)
    unexplained = [t["name"] for t in tables if not t["of_merchant"]]
    assert set(unexplained) <= set(INSTALLATION)


async def test_every_tenant_table_has_forced_row_level_security(shared_database: Database) -> None:
    settings = shared_database.settings
    policies = {(p["tablename"], *p["roles"]) for p in await _rows(shared_database, _POLICIES)}
    open_tables = [
        table["name"]
        for table in await _tenant_tables(shared_database)
        if not (table["secured"] and table["forced"])
        or (table["name"], settings.application_role) not in policies
        or (table["name"], settings.platform_role) not in policies
    ]
    assert open_tables == []


async def test_the_merchant_leads_every_key_and_index(shared_database: Database) -> None:
    names = {table["name"] for table in await _tenant_tables(shared_database)}
    led_by_others = [
        index["name"]
        for index in await _rows(shared_database, _INDEXES)
        if index["table"] in names - {"merchants"} and index["first"] != "merchant_id"
    ]
    assert set(led_by_others) - CROSSES_MERCHANTS == set()


async def test_the_merchant_leads_every_foreign_key(shared_database: Database) -> None:
    keys = await _rows(shared_database, _FOREIGN_KEYS)
    assert [key["name"] for key in keys if key["first"] != "merchant_id"] == []


async def test_tables_in_parts_refer_part_by_part(shared_database: Database) -> None:
    keys = await _rows(shared_database, _FOREIGN_KEYS)
    assert [key["name"] for key in keys if key["whole"]] == []
    per_part = Counter(key["target"] for key in keys if key["table"] == "entries")
    assert per_part == {"accounts": PARTITIONS, "entries": PARTITIONS}


async def test_every_table_that_points_at_a_customer_is_answered_for(
    shared_database: Database,
) -> None:
    keys = await _rows(shared_database, _FOREIGN_KEYS)
    columns = await _rows(shared_database, _CUSTOMER_COLUMNS)
    pointing = {key["table"] for key in keys if key["target"] == "customers"}
    pointing |= {column["name"] for column in columns} | {"customers"}
    assert pointing == set(PERSONAL) | IMPERSONAL


async def test_whatever_is_sealed_is_answered_for(shared_database: Database) -> None:
    columns = await _rows(shared_database, _SEALED_COLUMNS)
    sealed = {column["name"] for column in columns} | {each.table for each in wiring.SEALED}
    assert sealed - set(PERSONAL) == set(SEALED_OTHERWISE)


async def test_whoever_answers_for_a_person_exports_and_erases_what_is_held(
    session: AsyncSession,
) -> None:
    await open_merchant(session)
    merchant_id = merchant_of(session)
    anna = await filled_in(session)
    before = {table: await _rows_about(session, table, anna) for table in PERSONAL}
    assert all(before.values()), before
    modules = [importlib.import_module(f"loyalnest.{name}") for name in set(PERSONAL.values())]
    told = json.dumps([await module.export_customer(session, anna) for module in modules])
    unsaid = [value for value in SAID if value not in told]
    assert unsaid == []
    for module in modules:
        await module.erase_customer(session, merchant_id=merchant_id, customer_id=anna, now=NOW)
    left = [row for table in PERSONAL for row in await _rows_about(session, table, anna)]
    assert all(_names_nobody(value) for row in left for value in row.values()), left


async def test_the_program_runs_as_roles_that_own_and_bypass_nothing(
    shared_database: Database,
) -> None:
    settings = shared_database.settings
    roles = {"application": settings.application_role, "platform": settings.platform_role}
    assert await _rows(shared_database, _STRONG_ROLES, **roles) == []
    owners = {table["owner"] for table in await _rows(shared_database, _TABLES)}
    assert not owners & set(roles.values())


# What may remain of whoever was erased: ids, instants and how often, and words of our own for what
# kind of thing they asked or were told.
ANONYMOUS = (UUID, datetime, int, type(None))
WORDS = {
    *privacy.Kind,
    *(*messaging.Channel, *messaging.Purpose, *messaging.State),
    *templates.Occasion,
    *("test", ""),
}


def _names_nobody(value: object) -> bool:
    if isinstance(value, list):
        return all(_names_nobody(each) for each in cast("list[object]", value))
    return isinstance(value, ANONYMOUS) or value in WORDS


async def _rows_about(
    session: AsyncSession, table: str, customer_id: UUID
) -> list[dict[str, object]]:
    column = "id" if table == "customers" else "customer_id"
    rows = await session.execute(
        text(f"SELECT * FROM {table} WHERE merchant_id = :merchant_id AND {column} = :id"),
        {"merchant_id": merchant_of(session), "id": customer_id},
    )
    return [dict(row) for row in rows.mappings()]


async def _tenant_tables(database: Database) -> list[dict[str, Any]]:
    tables = await _rows(database, _TABLES)
    return [t for t in tables if t["of_merchant"] and t["name"] not in INSTALLATION]


async def _rows(database: Database, query: str, **values: object) -> list[dict[str, Any]]:
    async with database.engine.connect() as connection:
        rows = (await connection.execute(text(query), values)).mappings()
        return [dict(row) for row in rows]
