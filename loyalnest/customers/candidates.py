"""Whom the index of hashed terms knows for a question, without reading all who share a name.

A common name has tens of thousands of bearers, and most of its terms are shared by all of them. How
common a term is shows in its first entries; whoever has the rarest is walked through in the index's
own order and looked up under the others, one by one, until there are enough.

No statement leaves it to the planner what to begin with: which term is rare is known here and in no
statistics. A sub-select in the place of a value is a look-up for each row and never becomes a join.
"""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.customers.rules import search
from loyalnest.customers.values import SEARCH_KEY, CustomerId
from loyalnest.kernel.database import Bulk, bulk, merchant_of, ring_of

_ENOUGH = 300
_PROBED = 100
# Of a term that this many share, the rest is left out where typos are looked for.
_READ_OF_EACH = 2_000

# The first customers of each term that has any.
HITS = """
SELECT asked.place, hits.ids[1], hits.ids[cardinality(hits.ids)], cardinality(hits.ids)
  FROM unnest($2::bigint[]) WITH ORDINALITY AS asked (token, place)
 CROSS JOIN LATERAL (
       SELECT array_agg(first.customer_id) AS ids
         FROM (SELECT customer_id
                 FROM customer_search
                WHERE merchant_id = $1
                  AND token = asked.token
                ORDER BY customer_id
                LIMIT $3) AS first) AS hits
 WHERE hits.ids IS NOT NULL
"""

# Who has a term and every other; the first of them in the order they came.
WITH_EVERY = """
SELECT entry.customer_id
  FROM customer_search AS entry
 WHERE entry.merchant_id = $1
   AND entry.token = $2
   AND (SELECT other.token
          FROM unnest($3::bigint[]) AS other (token)
         WHERE (SELECT true
                  FROM customer_search AS own
                 WHERE own.merchant_id = $1
                   AND own.token = other.token
                   AND own.customer_id = entry.customer_id) IS NULL
         LIMIT 1) IS NULL
 ORDER BY entry.customer_id
 LIMIT $4
"""

# Who has one of these terms at least, and one of each other list; those with most of them first.
WITH_ANY = """
WITH other AS MATERIALIZED (
    SELECT tokens::bigint[]
      FROM unnest($3::text[]) AS given (tokens)
), near AS MATERIALIZED (
    SELECT entry.customer_id
      FROM unnest($2::bigint[]) AS asked (token)
     CROSS JOIN LATERAL (
           SELECT customer_id
             FROM customer_search
            WHERE merchant_id = $1
              AND token = asked.token
            ORDER BY customer_id
            LIMIT $4) AS entry
     GROUP BY entry.customer_id
     ORDER BY count(*) DESC, entry.customer_id
)
SELECT near.customer_id
  FROM near
 WHERE (SELECT true
          FROM customer_terms AS own
         WHERE own.merchant_id = $1
           AND own.customer_id = near.customer_id
           AND (SELECT true FROM other WHERE NOT own.tokens && other.tokens LIMIT 1) IS NULL)
 LIMIT $5
"""


async def with_term(session: AsyncSession, terms: Iterable[str]) -> list[CustomerId]:
    """Who is found by one of these terms alone, by any key; a few hundred at most."""
    ring, merchant_id = ring_of(session), merchant_of(session)
    tokens = [
        token
        for key in ring.blind_all(merchant_id, SEARCH_KEY, "")
        for token in search.hashed(terms, key)
    ]
    return await _with_any(await bulk(session), merchant_id, tokens, []) if tokens else []


async def by_name(
    session: AsyncSession, parts: Sequence[search.Part], *, limit: int
) -> AsyncGenerator[list[CustomerId]]:
    """Candidates, nearest first: with all the words whole, as beginnings, and with typos.

    Whoever is in one step may be in the later ones too; who has `limit` stops asking.
    """
    if not parts:
        return
    for key in ring_of(session).blind_all(merchant_of(session), SEARCH_KEY, ""):
        index = await _open(session, parts, key)
        yield await _with_every(index, [part.whole(index.sizes) for part in parts], limit)
        yield await _with_every(index, [{part.beginning} for part in parts], _ENOUGH)
        if any(len(part.near) > 1 for part in parts):
            yield await _with_one_of_each(index, [part.near for part in parts])


@dataclass(frozen=True, slots=True)
class _Index:
    """What is known of a question's terms under one key."""

    connection: Bulk
    merchant_id: UUID
    tokens: Mapping[str, int]
    sizes: Mapping[str, float]
    """About how many customers have a term; without those that nobody has."""


async def _open(session: AsyncSession, parts: Sequence[search.Part], key: bytes) -> _Index:
    merchant_id, connection = merchant_of(session), await bulk(session)
    terms = sorted({term for part in parts for term in part.near | {part.itself}})
    tokens = search.hashed(terms, key)
    rows = await connection.fetch(HITS, merchant_id, tokens, _PROBED)
    hits = {terms[int(row[0]) - 1]: search.Hits(row[1], row[2], row[3]) for row in rows}
    sizes = search.sizes(hits, _PROBED)
    return _Index(connection, merchant_id, dict(zip(terms, tokens, strict=True)), sizes)


async def _with_every(index: _Index, wanted: Sequence[set[str]], limit: int) -> list[CustomerId]:
    """Who has all the terms of all these sets."""
    if any(term not in index.sizes for terms in wanted for term in terms):
        return []
    # First what tells most: the rarest of each set, for the others of a set tell the same.
    ranked = [sorted(terms, key=index.sizes.__getitem__) for terms in wanted]
    order = sorted(
        (place, index.sizes[term], index.tokens[term])
        for terms in ranked
        for place, term in enumerate(terms)
    )
    rarest, *others = dict.fromkeys(token for *_, token in order)
    rows = await index.connection.fetch(WITH_EVERY, index.merchant_id, rarest, others, limit)
    return [row[0] for row in rows]


async def _with_one_of_each(index: _Index, wanted: Sequence[frozenset[str]]) -> list[CustomerId]:
    """Who has one term at least of each of these sets."""
    known = [terms & index.sizes.keys() for terms in wanted]
    if not all(known):
        return []
    known.sort(key=lambda terms: sum(index.sizes[term] for term in terms))
    rarest, *others = [[index.tokens[term] for term in sorted(terms)] for terms in known]
    return await _with_any(index.connection, index.merchant_id, rarest, others)


async def _with_any(
    connection: Bulk, merchant_id: UUID, tokens: Sequence[int], others: Sequence[Sequence[int]]
) -> list[CustomerId]:
    # An array of arrays has to be rectangular; each list travels as a literal.
    literals = [f"{{{','.join(map(str, own))}}}" for own in others]
    rows = await connection.fetch(WITH_ANY, merchant_id, tokens, literals, _READ_OF_EACH, _ENOUGH)
    return [row[0] for row in rows]
