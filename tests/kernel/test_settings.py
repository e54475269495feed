"""Settings that could not work are refused at the start, by their name."""

import pytest
from pydantic import ValidationError

from loyalnest.kernel.settings import Settings


@pytest.mark.parametrize(
    "said",
    [
        {"s3_url": "minio.example:9000"},
        {"s3_url": "https://minio.example/below"},
        {"s3_url": "https://name:secret@minio.example"},
        {"s3_prefix": "loyal nest"},
        {"s3_prefix": "café/"},
        {"s3_prefix": "a%20b"},
    ],
)
def test_an_object_store_is_named_so_that_requests_to_it_can_be_signed(
    said: dict[str, str],
) -> None:
    (name,) = said
    with pytest.raises(ValidationError, match=name):
        Settings(**said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"s3_url": "http://minio_1:9000", "s3_prefix": "shops/loyalnest"},
        {"s3_url": "https://s3.eu-central-1.amazonaws.com/"},
        {"s3_url": "http://[::1]:9000", "s3_prefix": "a.b_c-d/"},
    ],
)
def test_usual_object_stores_are_taken(said: dict[str, str]) -> None:
    Settings(**said)  # type: ignore[arg-type]
