"""What `loyalnest ledger explain` looks up and prints: a customer's points, lot by lot."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from rich.console import Console
from rich.table import Table

from loyalnest import customers, ledger, merchants
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database
from loyalnest.kernel.errors import Conflict
from loyalnest.kernel.ids import from_wire, to_wire

_ENDS = {
    ledger.DrawKind.SPEND: "spent",
    ledger.DrawKind.PUT_BACK: "put back",
    ledger.DrawKind.CLAWBACK: "taken back",
    ledger.DrawKind.EXPIRE: "lapsed",
    ledger.DrawKind.ADJUST: "adjusted",
    ledger.DrawKind.TRANSFER: "transferred",
    ledger.DrawKind.REPAY: "paid a debt",
    ledger.DrawKind.MOVE: "moved by a merge",
}


class CustomerAmbiguous(Conflict):
    """Several customers answer to this: name one of them by id and merchant."""


@dataclass(frozen=True, slots=True)
class Explained:
    """Whose points these are, how they stand, and each lot from its source to its ends."""

    merchant: merchants.Merchant
    customer: customers.Customer
    balances: list[ledger.Balance]
    traces: list[ledger.Trace]


async def explain(database: Database, asked: str, *, handle: str | None) -> Explained:
    """Find a customer by id or e-mail, at one merchant or at whichever knows them, and trace.

    Raises MerchantNotFound, CustomerNotFound, CustomerAmbiguous.
    """
    async with database.platform() as session:
        if handle is None:
            asked_at = await merchants.list_merchants(session)
        else:
            asked_at = [await merchants.get_by_handle(session, handle)]
    # An e-mail is hashed under every merchant's own key, so each is asked by itself.
    found = [
        (merchant, customer)
        for merchant in asked_at
        for customer in await _find(database, merchant.id, asked)
    ]
    if not found:
        raise customers.CustomerNotFound
    if len(found) > 1:
        known = ", ".join(f"{to_wire('cus', c.id)} at {m.handle}" for m, c in found)
        raise CustomerAmbiguous(f"Name one of these by its id, with --merchant: {known}.")
    ((merchant, customer),) = found
    async with database.tenant(merchant.id) as session:
        traces = await ledger.explain(session, merchant_id=merchant.id, customer_id=customer.id)
        balances = await ledger.balances_of(session, [customer.id], now=clock.now())
    return Explained(merchant, customer, balances[customer.id], traces)


async def _find(database: Database, merchant_id: UUID, asked: str) -> list[customers.Customer]:
    async with database.tenant(merchant_id) as session:
        if "@" in asked:
            return await customers.find_by_email(session, asked)
        customer_id = from_wire(customers.WIRE_PREFIX, asked)
        return list((await customers.find_many(session, [customer_id])).values())


def as_json(explained: Explained) -> dict[str, Any]:
    """The answer for programs: ids as the API writes them, instants in ISO 8601."""
    return {
        "merchant": explained.merchant.handle,
        "customer_id": to_wire("cus", explained.customer.id),
        "accounts": [
            {"unit": b.unit, "available": b.available, "pending": b.pending, "debt": b.debt}
            for b in explained.balances
        ],
        "lots": [
            {
                "lot_id": to_wire("lot", trace.lot_id),
                "unit": trace.unit,
                "source": " ".join(trace.source),
                "occurred_at": trace.occurred_at.isoformat(),
                "earned": trace.earned,
                "left": trace.left,
                "held_until": _iso(trace.held_until),
                "released_at": _iso(trace.released_at),
                "expires_at": _iso(trace.expires_at),
                "came_from": trace.came_from and to_wire("lot", trace.came_from),
                "ends": [
                    {
                        "kind": end.kind.value,
                        "amount": end.amount,
                        "entry_id": to_wire("ent", end.entry_id),
                        "source": " ".join(end.source),
                        "occurred_at": end.occurred_at.isoformat(),
                    }
                    for end in trace.ends
                ],
            }
            for trace in explained.traces
        ],
    }


def show(explained: Explained, console: Console) -> None:
    """The answer for people: a line for what came in, and one for each of its ends."""
    who = to_wire("cus", explained.customer.id)
    console.print(f"{who} at {explained.merchant.handle}", markup=False, highlight=False)
    if explained.customer.merged_into:
        kept = to_wire("cus", explained.customer.merged_into)
        console.print(f"Merged into {kept}: what was left went there.", highlight=False)
    for balance in explained.balances:
        console.print(
            f"{balance.unit}: {balance.available:,} available, {balance.pending:,} pending,"
            f" {balance.debt:,} owed",
            markup=False,
        )
    if not explained.traces:
        console.print("No points ever came in.")
        return
    table = Table("when", "what", "points", "left", "", box=None, pad_edge=False)
    for trace in explained.traces:
        table.add_row(
            f"{trace.occurred_at:%Y-%m-%d}",
            " ".join(trace.source),
            f"+{trace.earned:,} {trace.unit}",
            f"{trace.left:,}",
            _standing(trace),
        )
        for end in trace.ends:
            what = f"  {_ENDS[end.kind]}: {' '.join(end.source)}"
            table.add_row(f"{end.occurred_at:%Y-%m-%d}", what, f"{-end.amount:+,}")
    console.print(table)


def _standing(trace: ledger.Trace) -> str:
    """What is still to come for what is left of a lot."""
    moved = "came by a merge; " if trace.came_from else ""
    if not trace.left:
        return moved.rstrip("; ")
    if trace.held_until and trace.released_at is None:
        until = "released" if trace.held_until == ledger.HELD else f"{trace.held_until:%Y-%m-%d}"
        return f"{moved}pending until {until}"
    return f"{moved}lapses {trace.expires_at:%Y-%m-%d}" if trace.expires_at else moved.rstrip("; ")


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
