from collections.abc import Sequence
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.customers.rules import search as rules
from loyalnest.customers.service.index import index_many
from loyalnest.kernel.database import merchant_of
from tests.conftest import NOW
from tests.customers.cast import identify, shopper


async def people(session: AsyncSession, *names: str) -> list[str]:
    """Have customers of these names, in the index; `name <address>` gives one an e-mail."""
    contacts = [
        shopper(session, str(number), name=name, email=email.rstrip(">") or None)
        for number, whole in enumerate(names)
        for name, _, email in [whole.partition(" <")]
    ]
    ids = await identify(session, *contacts)
    merchant_id = merchant_of(session)
    await index_many(session, [(merchant_id, id_) for id_ in ids if id_])
    return list(names)


async def found(session: AsyncSession, asked: str) -> Sequence[str | None]:
    return [customer.name for customer in await customers.search(session, asked)]


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("anna", ["Anna Lee", "Anna-Maria Löwe"]),
        ("ann", ["Anna Lee", "Anna-Maria Löwe"]),
        ("Lee, Anna", ["Anna Lee"]),
        ("lowe", ["Anna-Maria Löwe"]),
        ("LÖWE", ["Anna-Maria Löwe"]),
        ("maria lö", ["Anna-Maria Löwe"]),
        ("jhon", ["John Smith"]),
        ("jon smith", ["John Smith"]),
        ("smyth", ["John Smith"]),
        ("smithe", ["John Smith"]),
        ("smiht", ["John Smith"]),
        ("smxxh", []),
        ("太郎", ["山田太郎"]),
        ("山田", ["山田太郎"]),
        ("田太", ["山田太郎"]),
        ("郎太", []),
        ("철수", ["김철수"]),
        ("иван", ["Иван Петров"]),
        ("ПЕТРОВ", ["Иван Петров"]),
        ("lukasz", ["Łukasz Żółć"]),
        ("anna@example.com", ["Anna Lee"]),
        ("ANNA@EXAMPLE.COM", ["Anna Lee"]),
        ("anna@", ["Anna Lee"]),
        ("@example.com", ["Anna Lee"]),
        ("example.com", ["Anna Lee"]),
        ("", []),
        ("   ", []),
        ("%", []),
        ("nobody at all", []),
    ],
)
async def test_people_are_found_by_what_somebody_types(
    session: AsyncSession, asked: str, answer: list[str]
) -> None:
    await people(
        session,
        "Anna Lee <anna@example.com>",
        "Anna-Maria Löwe",
        "John Smith",
        "山田太郎",
        "김철수",
        "Иван Петров",
        "Łukasz Żółć",
    )
    assert await found(session, asked) == answer


async def test_the_whole_word_comes_before_a_beginning_and_that_before_a_typo(
    session: AsyncSession,
) -> None:
    await people(session, "Marie", "Mariana", "Maria")
    assert await found(session, "maria") == ["Maria", "Mariana", "Marie"]


async def test_a_merged_customers_name_finds_the_one_that_was_kept(session: AsyncSession) -> None:
    await people(session, "Anna", "Bertha")
    anna, bertha = await identify(session, shopper(session, "0"), shopper(session, "1"))
    assert anna
    assert bertha
    await customers.merge_identities(
        session,
        merchant_id=merchant_of(session),
        kept_id=anna,
        merged_id=bertha,
        actor="staff",
        now=NOW,
    )
    assert await found(session, "bertha") == ["Anna"]


async def test_a_new_name_replaces_the_former_one_in_the_index(session: AsyncSession) -> None:
    await people(session, "Anna")
    (anna,) = await identify(session, shopper(session, "0"))
    assert anna
    profile = customers.Profile(shopper(session, "0", name="Bertha"), NOW)
    await customers.update_many(session, [profile], now=NOW)
    await index_many(session, [(merchant_of(session), anna)])
    assert await found(session, "anna") == []
    assert await found(session, "bertha") == ["Bertha"]


async def test_the_index_holds_nothing_that_can_be_read(session: AsyncSession) -> None:
    await people(session, "Anna Lee <anna@example.com>")
    tokens = (await session.scalars(text("SELECT token FROM customer_search"))).all()
    (own,) = await session.scalars(text("SELECT tokens FROM customer_terms"))
    assert sorted(tokens) == own
    assert all(isinstance(token, int) for token in tokens)


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("anna", "anna", True),
        ("anna", "ana", True),
        ("ana", "anna", True),
        ("anna", "enna", True),
        ("anna", "nana", True),
        ("anna", "an", False),
        ("anna", "naan", False),
        ("", "a", True),
        ("ab", "ba", True),
        ("abc", "cba", False),
    ],
)
def test_one_typo_is_one_letter_added_left_out_exchanged_or_swapped(
    one: str, other: str, apart: bool
) -> None:
    assert rules.one_typo_apart(one, other) is apart


@pytest.mark.parametrize(
    "other", ["ann", "ana", "annab", "hanna", "enna", "nana", "anan", "annna", "bert"]
)
def test_no_other_word_has_all_the_terms_that_a_whole_one_is_looked_for_by(other: str) -> None:
    (part,) = rules.question("anna").parts
    for common in part.near:
        wanted = part.whole({term: 9.0 if term == common else 1.0 for term in part.near})
        assert wanted <= rules.terms_of(email=None, phone=None, name="Anna")
        assert not wanted <= rules.terms_of(email=None, phone=None, name=other)


def test_of_two_terms_with_many_customers_the_one_whose_first_came_further_apart_is_rarer() -> None:
    close, wide, few = (
        rules.Hits(UUID(int=start), UUID(int=end), found)
        for start, end, found in [(0, 1_000, 100), (500, 50_500, 100), (100_000, 100_000, 1)]
    )
    sizes = rules.sizes({"close": close, "wide": wide, "few": few}, 100)
    assert sizes["few"] == 1
    assert sizes["few"] < sizes["wide"] < sizes["close"]
    assert sizes["close"] == pytest.approx(10_000)
