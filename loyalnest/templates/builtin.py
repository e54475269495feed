"""The words that come with the product: `locales/messages`, a file a language.

A file has a subject and a text for each occasion, and what all of them share. A text is one or two
sentences without conditions that say what there is to say; what is around it (the greeting, a
gift, a code, the button) is put together here, alike in all languages and on all channels.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from loyalnest import texts
from loyalnest.kernel.languages import FORMS
from loyalnest.templates.occasions import terms_of
from loyalnest.templates.values import Channel, Kind, Occasion, Purpose, Terms, Words

FOLDER = Path(__file__).parents[2] / "locales" / "messages"
_SHOP = {
    Occasion.REWARD_ISSUED,
    Occasion.REWARD_EXPIRING,
    Occasion.BIRTHDAY,
    Occasion.WIN_BACK,
    Occasion.MILESTONE,
    Occasion.OFFER,
}
_BUTTONS = {
    Occasion.REFERRAL_INVITATION: "accept",
    Occasion.EMAIL_CONFIRMATION: "confirm",
    Occasion.SIGN_IN: "sign_in",
    **dict.fromkeys(_SHOP, "shop"),
    **{each: "card" for each in Occasion if each.startswith(("card_", "stamp_"))},
}


@cache
def messages_in(language: str) -> Mapping[str, Mapping[str, str]]:
    """A language's file as it stands."""
    return json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))


def shared_in(language: str) -> Mapping[str, str]:
    """What all messages of a language share."""
    return messages_in(language)["shared"]


@cache
def stamps_in(language: str) -> Mapping[str, str]:
    """So many stamps, by the language's forms."""
    shared = shared_in(language)
    return {form: shared[f"stamps_{form}"] for form in FORMS[language]}


@cache
def points_in(language: str) -> Mapping[str, str]:
    """So many points, as all of the product says it."""
    return texts.forms_in(language, "unit.points")


@cache
def words_of(occasion: Occasion, channel: Channel, language: str) -> Words:
    """What is said when a merchant has said nothing."""
    terms, said, shared = terms_of(occasion), messages_in(language)[occasion], shared_in(language)
    label = shared[f"button_{_BUTTONS.get(occasion, 'account')}"]
    if channel is Channel.EMAIL:
        return Words(_mail(terms, said, shared, label), subject=said["subject"])
    if channel is Channel.SMS:
        return Words(_short(terms, said, shared))
    lines = [shared["hello"], said["text"]]
    if _is_needed(terms, "link"):
        # A template that ends with something filled in is refused by those who approve it.
        lines.insert(1, f"{label}: {{{{ link }}}}")
    return Words("\n".join(lines), name=f"loyalnest_{occasion}")


def _mail(terms: Terms, said: Mapping[str, str], shared: Mapping[str, str], label: str) -> str:
    blocks = [
        f"# {said['subject']}",
        f"{{% if name %}}{shared['greeting']}{{% else %}}{shared['hello']}{{% endif %}}",
        said["text"],
    ]
    blocks += [_if(name, f"**{_gift(shared, name)}**") for name in _gifts(terms)]
    if "code" in terms.variables:
        blocks.append(_if("code", f"{shared['code']}\n\n`{{{{ code }}}}`", apart=True))
    if "expires_on" in terms.variables and not _is_needed(terms, "expires_on"):
        blocks.append(_if("expires_on", shared["until"]))
    if "link" in terms.variables:
        button = f"[{label}]({{{{ link }}}})"
        blocks.append(button if _is_needed(terms, "link") else _if("link", button))
    return "\n\n".join(blocks)


def _short(terms: Terms, said: Mapping[str, str], shared: Mapping[str, str]) -> str:
    parts = [f"{{{{ program }}}}: {said['text']}"]
    parts += [_if(name, f" {_gift(shared, name)}") for name in _gifts(terms)]
    if "code" in terms.variables:
        parts.append(_if("code", f" {shared['code']} {{{{ code }}}}"))
    if "link" in terms.variables:
        parts.append(" {{ link }}" if _is_needed(terms, "link") else _if("link", " {{ link }}"))
    if terms.purpose is Purpose.OUTREACH:
        parts.append(f" {shared['stop']}")
    return "".join(parts)


def _gifts(terms: Terms) -> list[str]:
    """What may come with a message: points, a reward."""
    return [
        name
        for name, each in terms.variables.items()
        if each.optional and (each.kind is Kind.POINTS or name == "reward")
    ]


def _gift(shared: Mapping[str, str], name: str) -> str:
    return shared["gift"].replace("{{ gift }}", f"{{{{ {name} }}}}")


def _if(name: str, text: str, *, apart: bool = False) -> str:
    between = "\n\n" if apart else ""
    return f"{{% if {name} %}}{between}{text}{between}{{% endif %}}"


def _is_needed(terms: Terms, name: str) -> bool:
    known = terms.variables.get(name)
    return known is not None and not known.optional
