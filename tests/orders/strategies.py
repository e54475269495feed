"""Facts about one order, as Hypothesis would have them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import strategies as st

from loyalnest.orders import Facts, Line, Refund, Snapshot

BEGINNING = datetime(2026, 11, 1, tzinfo=UTC)

instants = st.integers(0, 5).map(lambda hours: BEGINNING + timedelta(hours=hours))
amounts = st.integers(0, 5000).map(lambda cents: Decimal(cents) / 100)


@st.composite
def lines(draw: st.DrawFn) -> tuple[Line, ...]:
    quantities = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    return tuple(
        Line(
            id=str(n),
            quantity=quantity,
            current_quantity=draw(st.integers(0, quantity)),
            net=draw(amounts),
        )
        for n, quantity in enumerate(quantities)
    )


snapshots = st.builds(
    Snapshot,
    version=instants,
    placed_at=st.just(BEGINNING),
    number=st.just("#1"),
    channel=st.just("web"),
    currency=st.just("GBP"),
    total=amounts,
    lines=lines(),
)
refunds = st.builds(
    Refund,
    id=st.sampled_from(["a", "b", "c"]),
    occurred_at=instants,
    effective=st.booleans(),
    lines=st.dictionaries(st.sampled_from(["0", "1", "2"]), st.integers(1, 3), max_size=2),
    amount=amounts,
)


def _by_id(found: list[Refund]) -> tuple[Refund, ...]:
    return tuple(sorted(found, key=lambda refund: refund.id))


facts = st.builds(
    Facts,
    merchant_id=st.just(UUID(int=1)),
    store_id=st.just(UUID(int=2)),
    external_id=st.just("1001"),
    snapshot=st.none() | snapshots,
    paid_at=st.none() | instants,
    fulfilled_at=st.none() | instants,
    cancelled_at=st.none() | instants,
    deleted_at=st.none() | instants,
    refunds=st.lists(refunds, max_size=2, unique_by=lambda refund: refund.id).map(_by_id),
)
