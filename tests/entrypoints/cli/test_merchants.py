"""What an operator does for a merchant whose owner can't."""

from loyalnest import staff
from loyalnest.kernel.http import Caller, CallerKind
from loyalnest.kernel.ids import new_id
from loyalnest.staff import queries, rules
from loyalnest.staff.service.networks import save_allow_list
from loyalnest.staff.values import Place
from tests.conftest import NOW
from tests.doors import open_cafe
from tests.entrypoints.cli.conftest import Terminal


async def test_an_operator_lets_staff_in_who_shut_themselves_out(terminal: Terminal) -> None:
    cafe, _ = await open_cafe(terminal.database)
    program = Caller(cafe.id, "api_key:test", frozenset(staff.Scope), CallerKind.API_KEY, new_id())
    async with terminal.database.tenant(cafe.id) as session:
        place = Place(rules.network("203.0.113.7"), "The shop")
        await save_allow_list(session, [place], read_version=0, by=program, address=None, now=NOW)
    said = await terminal.runs("merchants", "allow-anywhere", "cafe")
    assert said.status == 0, said.err
    assert said.out == "The staff of cafe may sign in from anywhere.\n"
    async with terminal.database.tenant(cafe.id) as session:
        assert (await queries.get_allow_list(session)).places == ()
    unknown = await terminal.runs("merchants", "allow-anywhere", "nobody")
    assert (unknown.status, "MERCHANT_NOT_FOUND" in unknown.err) == (1, True)
