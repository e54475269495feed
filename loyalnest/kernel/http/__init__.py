"""What every REST route stands on: the caller, one transaction, and answers that mean something.

A route names the scope it needs and gets a session for the caller's merchant; whatever goes wrong
becomes a problem document (RFC 9457). Nothing here knows which routes exist: `entrypoints.http`
puts the caller on the request and assembles the application.

    @router.get("/{id}")
    async def get_order(id: str, session: Annotated[AsyncSession, tenant("orders:read")]) -> Order:
"""

from loyalnest.kernel.http.callers import (
    CREDENTIALS_MISSING,
    ONLY_FOR,
    Address,
    Caller,
    CallerKind,
    Db,
    IpAddress,
    Now,
    SignedIn,
    caller_of,
    database_at,
    entitled,
    ip_address_of,
    nobody,
    tenant,
)
from loyalnest.kernel.http.idempotency import (
    REPLAYED,
    Claim,
    IdempotencyKey,
    IdempotencyKeyReused,
    bind,
    claim,
    claim_many,
    release,
    repeated,
    request_hash,
)
from loyalnest.kernel.http.instants import AsOf, Instant, KnownAt
from loyalnest.kernel.http.pages import InvalidCursor, Page, Paging, cursor_of, page_of
from loyalnest.kernel.http.problems import (
    MET_ANOTHER,
    PROBLEM_TYPE,
    PROBLEMS,
    Problem,
    answer_problems,
    problem_of,
    problem_response,
    translate,
    unexpected_response,
)
from loyalnest.kernel.http.versions import ReadVersion

__all__ = [
    "CREDENTIALS_MISSING",
    "MET_ANOTHER",
    "ONLY_FOR",
    "PROBLEMS",
    "PROBLEM_TYPE",
    "REPLAYED",
    "Address",
    "AsOf",
    "Caller",
    "CallerKind",
    "Claim",
    "Db",
    "IdempotencyKey",
    "IdempotencyKeyReused",
    "Instant",
    "InvalidCursor",
    "IpAddress",
    "KnownAt",
    "Now",
    "Page",
    "Paging",
    "Problem",
    "ReadVersion",
    "SignedIn",
    "answer_problems",
    "bind",
    "caller_of",
    "claim",
    "claim_many",
    "cursor_of",
    "database_at",
    "entitled",
    "ip_address_of",
    "nobody",
    "page_of",
    "problem_of",
    "problem_response",
    "release",
    "repeated",
    "request_hash",
    "tenant",
    "translate",
    "unexpected_response",
]
