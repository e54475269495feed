"""The one entrance to the books: post these postings."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel import errors as kernel_errors
from loyalnest.ledger import errors, rules
from loyalnest.ledger.queries import PostingKey, entries_of_keys, own_lots
from loyalnest.ledger.service.books import AccountKey, load_lots, open_accounts, write
from loyalnest.ledger.service.restoring import at_their_accounts, hand_on, load_redemptions
from loyalnest.ledger.state import Account
from loyalnest.ledger.values import Entry, EntryKind, Posted, Posting


async def post_many(
    session: AsyncSession, postings: Sequence[Posting], *, now: datetime
) -> list[Posted]:
    """Write postings into the books, each exactly once for its (source, step).

    A key seen before is answered with the entry it wrote then, and changes nothing. Postings on
    one account apply one after another in the given order; what is due on an account (releases,
    lapses) is done first. All or nothing: the first posting that can't be written raises.

    Raises InsufficientPoints, EntryUnknown, KeyReused, MeaninglessPosting, NotReversible,
    UnitUnknown, and Contended where a merge or a twin posting got in between: try the whole
    transaction again.
    """
    accounts, outcomes = await _decide(session, postings, now)
    posted: list[Posted] = []
    for outcome in outcomes:
        if isinstance(outcome, errors.InsufficientPoints):
            raise outcome
        posted.append(outcome)
    await write(session, accounts, now=now)
    return posted


async def post_each(
    session: AsyncSession, postings: Sequence[Posting], *, now: datetime
) -> list[Posted | errors.InsufficientPoints]:
    """The same, but whoever has too little is told so and holds up nobody else's posting."""
    accounts, outcomes = await _decide(session, postings, now)
    await write(session, accounts, now=now)
    return outcomes


async def _decide(
    session: AsyncSession, postings: Sequence[Posting], now: datetime
) -> tuple[Collection[Account], list[Posted | errors.InsufficientPoints]]:
    """What becomes of postings, on accounts that are held from here on; nothing is written yet."""
    if not postings:
        return (), []
    for posting in postings:
        rules.check(posting)
    postings, onward = await at_their_accounts(session, postings)
    keys = {*map(_account_key, postings), *onward}
    accounts = await open_accounts(session, keys, now=now)
    asked_before = [_posting_key(posting) for posting in postings if not posting.is_new]
    known = await entries_of_keys(session, asked_before)
    fresh: dict[AccountKey, list[Posting]] = {key: [] for key in onward}
    for posting in postings:
        if _posting_key(posting) not in known:
            fresh.setdefault(_account_key(posting), []).append(posting)
    await _bring_to_hand(session, accounts, fresh, now)
    outcomes: list[Posted | errors.InsufficientPoints] = []
    for posting in postings:
        key = _posting_key(posting)
        entry = known.get(key)
        if entry is not None:
            outcomes.append(_replay(posting, entry))
            continue
        account = accounts[_account_key(posting)]
        try:
            entry = known[key] = rules.post(account, posting, now)
        except errors.InsufficientPoints as refusal:
            outcomes.append(refusal)
            continue
        hand_on(accounts, account, entry.id, now)
        outcomes.append(Posted(posting, entry, replayed=False))
    return accounts.values(), outcomes


def _account_key(posting: Posting) -> AccountKey:
    return (posting.merchant_id, posting.customer_id, posting.unit_id)


def _posting_key(posting: Posting) -> PostingKey:
    return (posting.merchant_id, posting.source[0], posting.source[1], posting.step)


async def _bring_to_hand(
    session: AsyncSession,
    accounts: dict[AccountKey, Account],
    fresh: dict[AccountKey, list[Posting]],
    now: datetime,
) -> None:
    """Load what the postings that are new need to be decided, and no more."""
    touched: list[Account] = []
    for key, postings in fresh.items():
        account = accounts[key]
        if account.moved_to is not None and any(p.kind is not EntryKind.RESTORE for p in postings):
            raise kernel_errors.Contended
        if not postings or rules.needs_lots(account, postings, now):
            touched.append(account)
    await load_lots(session, touched)
    every = [posting for postings in fresh.values() for posting in postings]
    restores = [posting for posting in every if posting.kind is EntryKind.RESTORE]
    if restores:
        await load_redemptions(session, accounts, restores)
    clawbacks = [(p.merchant_id, p.clawback_of) for p in every if p.clawback_of is not None]
    if clawbacks:
        sources = await own_lots(session, clawbacks)
        for account in touched:
            for lot in account.lots:
                lot.source = sources.get((account.merchant_id, lot.id))


def _replay(posting: Posting, entry: Entry) -> Posted:
    if posting.request_hash is not None and posting.request_hash != entry.request_hash:
        raise errors.KeyReused
    return Posted(posting, entry, replayed=True)
