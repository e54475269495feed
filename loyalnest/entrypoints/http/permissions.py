"""Who may use which operation, read off the API's own description and the roles' scopes.

An operation names the scope it needs. `x-callers` narrows it to one kind of caller where a scope
can't: one's own sign-ins are for people, sessions for customers are opened by keys.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from loyalnest import staff
from loyalnest.kernel.http import ONLY_FOR, CallerKind
from loyalnest.stamps import counter

KEY, CUSTOMER, STAMPER, STRANGER = "API key", "customer", "stamper", "anybody"


@dataclass(frozen=True, slots=True)
class Permission:
    """One operation, and who gets at it."""

    operation: str
    method: str
    path: str
    group: str
    scope: str | None
    """None where whoever is known, or anybody, may."""
    allowed: Mapping[str, bool]
    """By role, then a key with the scope, a customer, a stamper, and who sends nothing."""


def permissions(document: Mapping[str, Any]) -> Iterator[Permission]:
    """Every operation of a description, in its order."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield _permission(method.upper(), path, operation)


def _permission(method: str, path: str, operation: Mapping[str, Any]) -> Permission:
    security: list[Mapping[str, list[str]]] = operation.get("security", [])
    scope = next((scope for each in security for scope in each["bearer"]), None)
    kinds = operation.get(ONLY_FOR, list(CallerKind))
    own = scope in set(staff.OwnScope)
    of_device = scope in set(counter.StamperScope)

    def may(kind: CallerKind, holds: bool) -> bool:
        return not security or (kind in kinds and (scope is None or holds))

    allowed = {
        role.value: may(CallerKind.STAFF, scope in scopes)
        for role, scopes in staff.SCOPES_OF.items()
    }
    allowed[KEY] = may(CallerKind.API_KEY, not own and not of_device)
    allowed[CUSTOMER] = may(CallerKind.CUSTOMER, own)
    allowed[STAMPER] = may(CallerKind.STAMPER, of_device)
    allowed[STRANGER] = not security
    return Permission(operation["operationId"], method, path, operation["tags"][0], scope, allowed)
