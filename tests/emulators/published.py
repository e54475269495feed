"""What a vendor publishes about its API, and whether a request keeps to it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from jsonschema_rs import Draft7Validator, Draft202012Validator

from tests.emulators.wire import Request

FOLDER = Path(__file__).parents[1] / "data" / "vendors"
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a request departs from what is published."""

    where: str
    what: str


@dataclass(frozen=True)
class Operation:
    """One thing that can be asked for."""

    id: str
    method: str
    path: re.Pattern[str]
    required_headers: tuple[str, ...]
    media_type: str | None
    validator: Draft7Validator | Draft202012Validator | None
    fields: Mapping[str, Any]
    """Of a form: the schema of each field."""

    def faults(self, request: Request) -> Iterator[Fault]:
        """Whatever is wrong with a request for this."""
        for header in self.required_headers:
            if header.lower() not in request.headers:
                yield Fault(header, "is required")
        if self.media_type is None:
            return
        if request.media_type != self.media_type:
            yield Fault("Content-Type", f"must be {self.media_type}")
            return
        try:
            body = self._form(request) if self.media_type == _FORM else json.loads(request.body)
        except ValueError:
            yield Fault("body", "can't be read")
            return
        if self.validator:
            for error in self.validator.iter_errors(body):
                where = "/".join(str(step) for step in error.instance_path)
                yield Fault(where or "body", error.message)
        if self.media_type == _FORM:
            for name in body.keys() - self.fields.keys():
                yield Fault(name, "is no published parameter")

    def _form(self, request: Request) -> dict[str, Any]:
        """A form with its values in the types that the schema has for them."""
        found: dict[str, Any] = {}
        for name, value in request.form():
            schema = self.fields.get(name, {})
            if schema.get("type") == "array":
                found.setdefault(name, []).append(value)
            else:
                found[name] = _typed(value, schema.get("type"))
        return found


class Description:
    """An API's description: OpenAPI, as the vendor publishes it or as we wrote it down."""

    def __init__(self, file: str):
        document = json.loads((FOLDER / file).read_text())
        old = document["openapi"].startswith("3.0")
        self._validator = Draft7Validator if old else Draft202012Validator
        self._components = _readable(document.get("components", {}))
        self.operations = [
            self._operation(path, method, operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
            if method != "servers"
        ]

    def find(self, request: Request) -> Operation | None:
        """What a request asks for; None for nothing that there is."""
        for operation in self.operations:
            if operation.method == request.method and operation.path.fullmatch(request.path):
                return operation
        return None

    def offers(self, path: str) -> bool:
        """Whether there is anything at this path, by whatever method."""
        return any(operation.path.fullmatch(path) for operation in self.operations)

    def validator_of(self, schema: str) -> Draft7Validator | Draft202012Validator:
        """A validator for one of the named schemas."""
        return self._validator(self._rooted({"$ref": f"#/components/schemas/{schema}"}))

    def _operation(self, path: str, method: str, operation: Mapping[str, Any]) -> Operation:
        content: Mapping[str, Any] = operation.get("requestBody", {}).get("content", {})
        media_type = next(iter(content), None)
        schema: dict[str, Any] | None = None
        if media_type:
            schema = _readable(content[media_type]["schema"])
        return Operation(
            id=operation.get("operationId", f"{method} {path}"),
            method=method.upper(),
            path=re.compile(re.sub(r"\\\{[^}]+\\\}", "[^/]+", re.escape(path))),
            required_headers=tuple(
                parameter["name"]
                for parameter in operation.get("parameters", ())
                if parameter.get("in") == "header" and parameter.get("required")
            ),
            media_type=media_type,
            validator=None if schema is None else self._validator(self._rooted(schema)),
            fields={} if schema is None else schema.get("properties", {}),
        )

    def _rooted(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        return {**schema, "components": self._components}


@cache
def description(file: str) -> Description:
    """A description, read once."""
    return Description(file)


def _typed(value: str, kind: str | None) -> Any:
    """A form's value as JSON would have it; one that isn't stays a text, which then is a fault."""
    if kind == "boolean":
        return {"true": True, "false": False}.get(value.lower(), value)
    if kind in ("integer", "number"):
        try:
            return int(value) if kind == "integer" else float(value)
        except ValueError:
            return value
    return value


def _readable(schema: Any) -> Any:
    """OpenAPI's dialect as JSON Schema.

    `nullable` becomes a type. A part of an `allOf` that allows no other properties would forbid
    what the other parts demand, so that nothing could ever fit: Meta's text message is so written.
    """
    if isinstance(schema, list):
        return [_readable(it) for it in cast(list[Any], schema)]
    if not isinstance(schema, dict):
        return schema
    given = cast(dict[str, Any], schema)
    read = {name: _readable(it) for name, it in given.items() if name != "discriminator"}
    if isinstance(read.get("allOf"), list):
        for part in cast(list[dict[str, Any]], read["allOf"]):
            part.pop("additionalProperties", None)
    if read.pop("nullable", False) is True:
        read = {"anyOf": [read, {"type": "null"}]}
    return read
