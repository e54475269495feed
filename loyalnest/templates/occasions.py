"""Every occasion on which a customer hears from a program, and what can be said then."""

from collections.abc import Mapping

from loyalnest.templates.values import (
    Channel,
    Door,
    Kind,
    Occasion,
    Purpose,
    Terms,
    Value,
    Variable,
)

_EVERYWHERE = frozenset(Channel)
_COMMON = (
    Variable("program", Kind.WORDS, "Café Nord", "What customers read as your name"),
    Variable(
        "name", Kind.WORDS, "Anna", "The customer's first name", optional=True, of_people=True
    ),
)


def _words(name: str, sample: str, meaning: str, *, optional: bool = False) -> Variable:
    return Variable(name, Kind.WORDS, sample, meaning, optional)


def _points(name: str, sample: int, meaning: str, *, optional: bool = False) -> Variable:
    return Variable(name, Kind.POINTS, sample, meaning, optional)


def _stamps(name: str, sample: int, meaning: str) -> Variable:
    return Variable(name, Kind.STAMPS, sample, meaning)


def _link(
    sample: str, meaning: str, *, optional: bool = False, door: Door | None = None
) -> Variable:
    return Variable("link", Kind.LINK, f"https://shop.example/{sample}", meaning, optional, door)


def _until(meaning: str, *, optional: bool = False) -> Variable:
    return Variable("expires_on", Kind.DATE, "2026-12-24", meaning, optional)


_ACCOUNT = _link(
    "loyalty", "Where the customer sees their points", optional=True, door=Door.ACCOUNT
)
_SHOP = _link("", "Your shop", optional=True, door=Door.SHOP)
_CARD_LINK = _link("card", "Where the customer sees their card", optional=True)
_CARD = _words("card", "Coffee card", "What the card is called")
_GIFT = (
    # Without a sample: a preview shows one gift, and the reward is it.
    Variable("points", Kind.POINTS, None, "Points as a gift", optional=True),
    _words("reward", "Free coffee", "A reward as a gift", optional=True),
    _words("code", "NORD-7K2P", "The code to use at checkout", optional=True),
    _until("The last day of the code", optional=True),
)


def _is(
    occasion: Occasion,
    *variables: Variable,
    outreach: bool = False,
    channels: frozenset[Channel] = _EVERYWHERE,
) -> Terms:
    purpose = Purpose.OUTREACH if outreach else Purpose.TRANSACTIONAL
    known = {each.name: each for each in (*_COMMON, *variables)}
    return Terms(occasion, purpose, known, channels)


_ALL = (
    _is(
        Occasion.WELCOME,
        _points("points", 200, "Points for joining", optional=True),
        _ACCOUNT,
    ),
    _is(
        Occasion.POINTS_EARNED,
        _points("points", 120, "What was earned"),
        _points("balance", 1240, "What the customer has now"),
        _ACCOUNT,
    ),
    _is(
        Occasion.POINTS_EXPIRING,
        _points("points", 300, "What will lapse"),
        _until("The day on which they lapse"),
        _ACCOUNT,
    ),
    _is(
        Occasion.POINTS_ADJUSTED,
        _points("balance", 1240, "What the customer has now"),
        _ACCOUNT,
    ),
    _is(Occasion.TIER_REACHED, _words("tier", "Gold", "The tier that was reached"), _ACCOUNT),
    _is(
        Occasion.TIER_AT_RISK,
        _words("tier", "Gold", "The tier that may be lost"),
        _until("The day until which it is kept"),
        Variable(
            "spend",
            Kind.MONEY,
            {"amount": "45.00", "currency": "EUR"},
            "What to spend until then to keep it",
            optional=True,
        ),
        _ACCOUNT,
        outreach=True,
    ),
    _is(Occasion.TIER_LOST, _words("tier", "Gold", "The tier that was lost"), _ACCOUNT),
    _is(
        Occasion.REWARD_ISSUED,
        _words("reward", "Free coffee", "What the reward is called"),
        _words("code", "NORD-7K2P", "The code to use at checkout", optional=True),
        _until("The last day of the code", optional=True),
        _SHOP,
    ),
    _is(
        Occasion.REWARD_EXPIRING,
        _words("reward", "Free coffee", "What the reward is called"),
        _until("The last day of the code"),
        _words("code", "NORD-7K2P", "The code to use at checkout", optional=True),
        _SHOP,
    ),
    _is(
        Occasion.REFERRAL_INVITATION,
        _link("invited", "Where the friend accepts"),
        Variable("advocate", Kind.WORDS, "Ben", "Who invites", optional=True, of_people=True),
        _words("reward", "Free coffee", "What the friend gets", optional=True),
        outreach=True,
    ),
    _is(Occasion.REFERRAL_COMPLETED, *_GIFT, _ACCOUNT),
    _is(Occasion.REFERRAL_WELCOMED, *_GIFT, _ACCOUNT),
    _is(
        Occasion.BADGE_EARNED,
        _words("badge", "Early bird", "What the badge is called"),
        _points("points", 50, "Points that come with it", optional=True),
        _ACCOUNT,
    ),
    _is(Occasion.BIRTHDAY, *_GIFT, _SHOP, outreach=True),
    _is(Occasion.WIN_BACK, *_GIFT, _SHOP, outreach=True),
    _is(
        Occasion.MILESTONE,
        Variable("orders", Kind.NUMBER, 10, "How many orders it has been"),
        *_GIFT,
        _SHOP,
        outreach=True,
    ),
    _is(
        Occasion.ALMOST_THERE,
        _points("missing", 80, "What is still missing"),
        _words("reward", "Free coffee", "What it is missing for"),
        _ACCOUNT,
        outreach=True,
    ),
    _is(Occasion.OFFER, *_GIFT, _SHOP, outreach=True),
    _is(
        Occasion.EMAIL_CONFIRMATION,
        _link("confirm", "Where the address is confirmed"),
        channels=frozenset({Channel.EMAIL}),
    ),
    _is(
        Occasion.SIGN_IN,
        _link("sign-in", "Where the customer is signed in, once"),
        Variable("minutes", Kind.NUMBER, 15, "How long the link works"),
        channels=frozenset({Channel.EMAIL, Channel.SMS}),
    ),
    _is(
        Occasion.PHONE_CHECK,
        _words("digits", "482913", "What shows that a phone number is theirs"),
        channels=frozenset({Channel.SMS, Channel.WHATSAPP}),
    ),
    _is(
        Occasion.CARD_OPENED,
        _CARD,
        _words("reward", "Free coffee", "What a full card brings"),
        _stamps("needed", 10, "How many stamps fill the card"),
        _CARD_LINK,
    ),
    _is(
        Occasion.STAMP_GIVEN,
        _CARD,
        _stamps("stamps", 7, "How many are on the card"),
        _stamps("missing", 3, "How many are missing"),
        _CARD_LINK,
    ),
    _is(
        Occasion.CARD_REWARD_EARNED,
        _CARD,
        _words("reward", "Free coffee", "What the stamps so far bring"),
        _CARD_LINK,
    ),
    _is(
        Occasion.CARD_FULL,
        _CARD,
        _words("reward", "Free coffee", "What it brings"),
        _CARD_LINK,
    ),
    _is(
        Occasion.CARD_REDEEMED,
        _CARD,
        _words("reward", "Free coffee", "What was handed over"),
        _CARD_LINK,
    ),
    _is(
        Occasion.CARD_EXPIRING,
        _CARD,
        _stamps("stamps", 7, "How many of the card's lapse"),
        _until("The last day on which they count"),
        _CARD_LINK,
    ),
    _is(
        Occasion.CARD_ALMOST_FULL,
        _CARD,
        _stamps("missing", 2, "How many are missing"),
        _words("reward", "Free coffee", "What they are missing for"),
        _CARD_LINK,
        outreach=True,
    ),
    _is(
        Occasion.CARD_MILESTONE,
        _CARD,
        _stamps("stamps", 50, "How many it has been, all cards together"),
        *_GIFT,
        _CARD_LINK,
        outreach=True,
    ),
)
TERMS: Mapping[Occasion, Terms] = {terms.occasion: terms for terms in _ALL}
"""What is to be known of each occasion, in the order in which a merchant reads them."""


def terms_of(occasion: Occasion) -> Terms:
    """What is to be known of an occasion."""
    return TERMS[occasion]


def sample_of(occasion: Occasion) -> dict[str, Value]:
    """Something to fill in, for a preview."""
    return {name: each.sample for name, each in TERMS[occasion].variables.items()}
