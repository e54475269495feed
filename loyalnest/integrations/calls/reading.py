"""Finding one's way in what a vendor wrote, which may be anything at all."""

from collections.abc import Mapping
from typing import Any, TypeAlias, cast

Object: TypeAlias = Mapping[str, Any]


def as_object(value: Any) -> Object:
    """A JSON object; an empty one for anything else."""
    return cast(Object, value) if isinstance(value, dict) else {}


def as_objects(value: Any) -> list[Object]:
    """The objects in a JSON array; none for anything else."""
    if not isinstance(value, list):
        return []
    return [cast(Object, it) for it in cast(list[Any], value) if isinstance(it, dict)]
