"""A card program and a card as Google's loyalty class and object.

https://developers.google.com/wallet/reference/rest/v1/loyaltyclass and …/loyaltyobject
"""

from collections.abc import Callable, Mapping
from typing import Any

from loyalnest.wallet import PassContent, PassTexts, ProgramContent

_NAME_SHOWN, _LABEL_SHOWN = 20, 9
Shape = dict[str, Any]


def class_id(issuer_id: str, program_id: str) -> str:
    """What a card program is called at Google."""
    return f"{issuer_id}.{program_id}"


def object_id(issuer_id: str, serial: str) -> str:
    """What a card is called there."""
    return f"{issuer_id}.{serial}"


def serial_in(issuer_id: str, name: str) -> str | None:
    """The serial of a card by what Google calls it; None for another issuer's."""
    issuer, _, serial = name.partition(".")
    return serial if issuer == issuer_id else None


def loyalty_class(issuer_id: str, program: ProgramContent) -> Shape:
    """A card program. It goes to review each time: one that is approved stays so, and no class
    can go back to being a draft."""
    return {
        "id": class_id(issuer_id, program.id),
        "issuerName": program.organisation,
        "programName": program.name,
        "localizedProgramName": _localized(program.language, program.name, program.names),
        "programLogo": {"sourceUri": {"uri": program.logo_url}},
        "hexBackgroundColor": program.background,
        "reviewStatus": "UNDER_REVIEW",
        "multipleDevicesAndHoldersAllowedStatus": "ONE_USER_ALL_DEVICES",
        "callbackOptions": {"url": program.callback_url},
    }


def loyalty_object(issuer_id: str, content: PassContent, *, program_id: str) -> Shape:
    """A card. What is spoken of is `loyaltyPoints`, which alone lets a phone speak up."""
    words = content.words
    shape: Shape = {
        "id": object_id(issuer_id, content.serial),
        "classId": class_id(issuer_id, program_id),
        "state": "INACTIVE" if content.voided else "ACTIVE",
        "accountId": content.number,
        # Always there: what a change leaves out stays, and a name may have to go.
        "accountName": (content.holder or content.number)[:_NAME_SHOWN],
        "loyaltyPoints": {
            "label": words.stamps_label[:_LABEL_SHOWN],
            "localizedLabel": _said(content, lambda it: it.stamps_label[:_LABEL_SHOWN]),
            "balance": {"string": f"{content.collected}/{content.needed}"},
        },
        "barcode": {"type": "QR_CODE", "value": content.code, "alternateText": content.number},
        "textModulesData": _modules(content),
        # Always there, too, for a place may be given up.
        "merchantLocations": [
            {"latitude": it.latitude, "longitude": it.longitude} for it in content.locations
        ],
    }
    if content.expires_at:
        shape["validTimeInterval"] = {"end": {"date": content.expires_at.isoformat()}}
    return shape


def _modules(content: PassContent) -> list[Shape]:
    """What stands below the card."""
    modules = [
        _module(content, "next", lambda it: it.next_label, lambda it: it.next or it.stamps),
        _module(content, "rewards", lambda it: it.rewards_label, lambda it: it.rewards),
        _module(content, "how", lambda it: it.how_label, lambda it: it.how),
    ]
    if content.words.good_until:
        modules.append(
            _module(content, "good", lambda it: it.expires_label, lambda it: it.good_until)
        )
    if content.due:
        modules.insert(0, _module(content, "due", lambda it: it.due_label, lambda it: it.due))
    return modules


def _module(
    content: PassContent,
    name: str,
    header: Callable[[PassTexts], str],
    body: Callable[[PassTexts], str],
) -> Shape:
    return {
        "id": name,
        "header": header(content.words),
        "body": body(content.words),
        "localizedHeader": _said(content, header),
        "localizedBody": _said(content, body),
    }


def _said(content: PassContent, what: Callable[[PassTexts], str]) -> Shape:
    texts = {language: what(texts) for language, texts in content.texts.items()}
    return _localized(content.language, texts[content.language], texts)


def _localized(language: str, said: str, others: Mapping[str, str]) -> Shape:
    """A text with its translations; those that say the same are left out."""
    return {
        "defaultValue": {"language": language, "value": said},
        "translatedValues": [
            {"language": tag, "value": text}
            for tag, text in others.items()
            if tag != language and text != said
        ],
    }
