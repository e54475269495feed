"""What we read in Shopify's customer bodies."""

import pytest

from loyalnest.customers import AccountRef, Profile
from loyalnest.integrations.shopify.errors import PayloadNotUnderstood
from loyalnest.integrations.shopify.facts import AccountDeleted, AccountsMerged, Nothing
from tests.contracts.shopify.bodies import MERCHANT, STORE, official, read

MERGE = {
    "admin_graphql_api_id_customer_kept": "gid://shopify/Customer/1",
    "admin_graphql_api_id_customer_deleted": "gid://shopify/Customer/2",
    "admin_graphql_api_id_job": None,
    "status": "completed",
}


def account(external_id: str) -> AccountRef:
    return AccountRef(MERCHANT, STORE, "shopify", external_id)


def test_the_official_customer_is_read_and_has_no_account() -> None:
    seen = read("customers/update", official("customer_resource_2026-07.json"))
    assert isinstance(seen, Profile)
    assert seen.contact.external_id == "207119551"
    assert seen.contact.name == "Bob Norman"
    assert not seen.has_account


def test_an_enabled_account_is_a_sign_up() -> None:
    seen = read("customers/create", {"id": 1, "state": "enabled"})
    assert isinstance(seen, Profile)
    assert seen.has_account


def test_a_phone_in_a_body_is_never_verified() -> None:
    seen = read("customers/create", {"id": 1, "phone": "+16136120707"})
    assert isinstance(seen, Profile)
    assert not seen.contact.phone_verified


def test_a_merge_names_who_is_kept() -> None:
    assert read("customers/merge", MERGE) == AccountsMerged(kept=account("1"), merged=account("2"))


def test_a_merge_that_failed_says_nothing() -> None:
    assert read("customers/merge", MERGE | {"status": "failed"}) == Nothing()


def test_a_deleted_customer_is_known_by_its_id() -> None:
    assert read("customers/delete", {"id": 5}) == AccountDeleted(account("5"))


@pytest.mark.parametrize("body", [{}, {"id": None}, {"id": {}}, {"id": 1.5}])
def test_a_customer_without_an_id_is_refused(body: dict[str, object]) -> None:
    with pytest.raises(PayloadNotUnderstood):
        read("customers/create", body)
