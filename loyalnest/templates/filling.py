"""What is filled in, in the types that an occasion means; nothing else gets into a message."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

from loyalnest.kernel import currencies
from loyalnest.templates.errors import VariableMissing, VariableUnfit
from loyalnest.templates.occasions import terms_of
from loyalnest.templates.values import Kind, Occasion, Value, Variable

_WORDS_AT_MOST, _LINK_AT_MOST, _WHOLE_AT_MOST = 500, 2_000, 10**15
_NAME_AT_MOST = 40
# Mail programs and phones make links of these, and whoever fills in a form chooses who reads them.
_ADDRESS = re.compile(r"[/\\@]|\w[.．。｡]\w{2}")
_LINK = re.compile(r"https?://[^\s\"'<>\\\x00-\x20\x7f]+")
# Controls, lone halves of signs, ends of lines, and what turns the direction of all that follows.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

Filled = str | int | date | tuple[Decimal, str]
"""A value that was found to be what the occasion says."""


def fill(occasion: Occasion, variables: Mapping[str, Value]) -> Mapping[str, Filled]:
    """Everything that an occasion knows and was given, in the types it means.

    What it doesn't know is left out, and of names what is none. Raises VariableMissing,
    VariableUnfit.
    """
    filled: dict[str, Filled] = {}
    for name, variable in terms_of(occasion).variables.items():
        value = variables.get(name)
        if variable.of_people and isinstance(value, str) and not _is_name(value):
            value = None
        if value is None or value == "":
            if not variable.optional:
                raise VariableMissing(
                    f"`{name}` has to be filled in: {variable.meaning}.",
                    fields={f"variables.{name}": "is missing"},
                )
        else:
            filled[name] = _filled(variable, value)
    return filled


def _is_name(text: str) -> bool:
    return len(text) <= _NAME_AT_MOST and not _ADDRESS.search(text)


def _filled(variable: Variable, value: Value) -> Filled:
    field = f"variables.{variable.name}"
    try:
        return _READ[variable.kind](value)
    except (ValueError, TypeError, KeyError, InvalidOperation) as error:
        raise VariableUnfit(
            f"`{variable.name}` is not what {variable.kind} should be.", fields={field: str(error)}
        ) from None


def _read_words(value: Value) -> str:
    if not isinstance(value, str) or len(value) > _WORDS_AT_MOST:
        raise ValueError(f"is no text of at most {_WORDS_AT_MOST} characters")
    words = " ".join(_UNSEEN.sub(" ", value).split())
    if not words:
        raise ValueError("has nothing in it that can be seen")
    return words


def _read_whole(value: Value) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _WHOLE_AT_MOST:
        raise ValueError("is no whole number")
    return value


def _read_money(value: Value) -> tuple[Decimal, str]:
    if not isinstance(value, Mapping):
        raise TypeError('is no {"amount": "12.50", "currency": "EUR"}')
    amount, currency = Decimal(value["amount"]), value["currency"]
    if not amount.is_finite() or abs(amount) > _WHOLE_AT_MOST or not _is_currency(currency):
        raise ValueError("is no amount in a currency of ISO 4217")
    return amount, currency


def _is_currency(code: object) -> bool:
    return isinstance(code, str) and currencies.is_currency(code)


def _read_date(value: Value) -> date:
    if not isinstance(value, str):
        raise TypeError("is no date of the form 2026-12-03")
    return date.fromisoformat(value)


def _read_link(value: Value) -> str:
    if not isinstance(value, str) or len(value) > _LINK_AT_MOST or not _LINK.fullmatch(value):
        raise ValueError("is no address that begins with https:// or http://")
    return value


_READ = MappingProxyType(
    {
        Kind.WORDS: _read_words,
        Kind.POINTS: _read_whole,
        Kind.STAMPS: _read_whole,
        Kind.NUMBER: _read_whole,
        Kind.MONEY: _read_money,
        Kind.DATE: _read_date,
        Kind.LINK: _read_link,
    }
)
