import json
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.customers.service.index import index_many
from loyalnest.kernel import database as db
from tests.customers.cast import identify, shopper

NAUGHTY: list[str] = json.loads(
    (Path(__file__).parents[1] / "data/naughty-strings/blns.json").read_text()
)


async def test_naughty_strings_survive_as_names(session: AsyncSession) -> None:
    names = [name for name in NAUGHTY if name.strip()]
    ids = await identify(
        session,
        *(shopper(session, str(number), name=name) for number, name in enumerate(names)),
    )
    known = [id_ for id_ in ids if id_]
    people = await customers.find_many(session, known)
    kept = [people[id_].name for id_ in known]
    assert kept == [name.replace("\0", "\ufffd").strip()[:255].rstrip() for name in names]
    await index_many(session, [(db.merchant_of(session), id_) for id_ in known])
    for name in names:
        await customers.search(session, name)
