"""`pass.json`: a stamp card as a store card.

https://developer.apple.com/documentation/walletpasses/pass. Of what a pass may hold, what phones
stumble over is heeded: every key is there once in the whole pass, what a lock screen should tell
has a `changeMessage` with `%@` in it, and serial and token never change over a pass's life.
"""

import json
from datetime import UTC
from typing import Any, TypeAlias

from loyalnest.integrations.apple.certificates import Identity
from loyalnest.integrations.apple.words import Keys
from loyalnest.wallet import PassContent

Field: TypeAlias = dict[str, Any]

LOCATIONS_AT_MOST = 10
_NOTHING = "–"
_VALUE = "%@"


def pass_json(content: PassContent, keys: Keys, identity: Identity) -> bytes:
    """The body of `pass.json`."""
    said: dict[str, Any] = {
        "formatVersion": 1,
        "passTypeIdentifier": identity.pass_type,
        "teamIdentifier": identity.team,
        "serialNumber": content.serial,
        "webServiceURL": content.service_url,
        "authenticationToken": content.token,
        "organizationName": keys.untranslated(content.organisation),
        "description": keys["description"],
        # Beside the logo, which says by itself whose card it is.
        "logoText": keys["program"] if content.logo else keys.untranslated(content.organisation),
        "backgroundColor": _rgb(content.colours.background),
        "foregroundColor": _rgb(content.colours.foreground),
        "labelColor": _rgb(content.colours.label),
        "barcodes": [_barcode(content)],
        "sharingProhibited": True,  # a card is one customer's: another phone gets its own
        "suppressStripShine": True,
        "storeCard": _fields(content, keys),
    }
    if content.expires_at:
        said["expirationDate"] = _instant(content)
    if content.voided:
        said["voided"] = True
    if content.locations:
        said["locations"] = [
            {"latitude": it.latitude, "longitude": it.longitude}
            | ({"relevantText": keys.untranslated(it.text)} if it.text else {})
            for it in content.locations[:LOCATIONS_AT_MOST]
        ]
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _barcode(content: PassContent) -> dict[str, str]:
    return {
        "format": "PKBarcodeFormatQR",
        "message": content.code,
        "messageEncoding": "iso-8859-1",
        "altText": content.number,
    }


def _fields(content: PassContent, keys: Keys) -> dict[str, list[Field]]:
    """The strip shows the stamps, so nothing is primary, for that would be written across it."""
    auxiliary: list[Field] = []
    back: list[Field] = [
        _field("rewards", keys["rewards_label"], keys["rewards"]),
        _field("how", keys["how_label"], keys["how"]),
        _field("number", keys["number_label"], content.number) | {"dataDetectorTypes": []},
    ]
    # On the back while there is nothing to tell, so that it is there to change.
    if content.words.due:
        due = _field("due", keys["due_label"], keys["due"], change=keys["changed_due"])
        auxiliary.append(due)
    else:
        back.insert(0, _field("due", keys["due_label"], _NOTHING))
    if content.holder:
        holder = keys.untranslated(content.holder)
        auxiliary.append(_field("holder", keys["holder_label"], holder))
    if content.expires_at:
        when = {"dateStyle": "PKDateStyleMedium", "timeStyle": "PKDateStyleNone"}
        back.append(_field("expires", keys["expires_label"], _instant(content)) | when)
    if content.words.good_until:
        back.append(_field("good_until", keys["expires_label"], keys["good_until"]))
    following = [_field("next", keys["next_label"], keys["next"])] if keys["next"] else []
    stamps = _field("stamps", keys["stamps_label"], keys["stamps"], change=keys["changed_stamps"])
    return {
        "headerFields": [stamps],
        "primaryFields": [],
        "secondaryFields": following,
        "auxiliaryFields": auxiliary,
        "backFields": back,
    }


def _field(key: str, label: str, value: str, *, change: str | None = None) -> Field:
    told: Field = {"key": key, "label": label, "value": value}
    if change is not None:
        # Without the place for the value a phone says nothing but that something changed.
        told["changeMessage"] = change if _VALUE in change else _VALUE
    return told


def _instant(content: PassContent) -> str:
    assert content.expires_at
    return content.expires_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _rgb(colour: str) -> str:
    return f"rgb({', '.join(str(it) for it in bytes.fromhex(colour.removeprefix('#')))})"
