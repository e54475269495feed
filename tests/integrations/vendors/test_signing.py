"""Our signatures are those that the vendors' own code makes."""

import json
from datetime import UTC, datetime

from loyalnest.integrations.aws import Key, sign
from tests.emulators.published import FOLDER

VECTORS = json.loads((FOLDER / "signatures.json").read_text())


def test_requests_for_objects_are_signed_as_botocore_signs_them() -> None:
    told = VECTORS["s3"]
    key = Key(told["access_key"], told["secret_key"], told["region"], told["service"])
    for request in told["requests"]:
        at = datetime.strptime(request["date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        signed = sign(
            key,
            method=request["method"],
            host=told["host"],
            path=request["path"],
            headers=request["headers"],
            body=request["body"].encode(),
            now=at,
        )
        assert signed["authorization"] == request["authorization"]


def test_requests_to_aws_are_signed_as_botocore_signs_them() -> None:
    told = VECTORS["aws"]
    key = Key(told["access_key"], told["secret_key"], told["region"], told["service"])
    for request in told["requests"]:
        at = datetime.strptime(request["date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        signed = sign(
            key,
            method="POST",
            host=told["host"],
            path=told["path"],
            headers={"content-type": "application/json"},
            body=request["body"].encode(),
            now=at,
        )
        assert signed["authorization"] == request["authorization"]
