"""How guests come to have a card: a poster's code leads to a page, a name and a phone to the card.

This part owns posters and printed cards, how both are drawn for paper, the use case of enrolling,
the codes by which a phone is checked where a merchant asks for that, and the links to cards' pages.
"""

from loyalnest.stamps.enrolling.directory import INDEX
from loyalnest.stamps.enrolling.door import Door, place_of, poster_at
from loyalnest.stamps.enrolling.errors import (
    CardBatchNotFound,
    CardLinkOver,
    CheckCodeOver,
    CheckCodeWrong,
    CheckImpossible,
    NameUnfit,
    PaperCardUnfit,
    PhoneUnfit,
    PosterNotFound,
    PosterWithdrawn,
    TooManyCodes,
    TooManyEnrolments,
    TooManyPosters,
)
from loyalnest.stamps.enrolling.jobs import DAILY
from loyalnest.stamps.enrolling.links import merchant_in
from loyalnest.stamps.enrolling.phones import example_of, regions_of
from loyalnest.stamps.enrolling.queries import (
    check_link,
    get_batch,
    get_poster,
    has_paper,
    link_to,
    links_to,
    list_batches,
    list_posters,
    numbers_of,
    open_link,
)
from loyalnest.stamps.enrolling.service import (
    create_poster,
    enrol,
    print_cards,
    renew_link,
    withdraw_poster,
)
from loyalnest.stamps.enrolling.sheets.modules import Modules, modules_of, path_of
from loyalnest.stamps.enrolling.values import (
    Agreed,
    CardBatch,
    CheckBy,
    CodeSent,
    Enrolled,
    Joining,
    Link,
    Place,
    Poster,
    PosterSize,
    SheetFormat,
)
from loyalnest.stamps.enrolling.wallets import FindWallets, WalletPlaces, no_wallets
from loyalnest.stamps.numbers import shown
from loyalnest.stamps.showing import live_code, printed_codes

__all__ = [
    "DAILY",
    "INDEX",
    "Agreed",
    "CardBatch",
    "CardBatchNotFound",
    "CardLinkOver",
    "CheckBy",
    "CheckCodeOver",
    "CheckCodeWrong",
    "CheckImpossible",
    "CodeSent",
    "Door",
    "Enrolled",
    "FindWallets",
    "Joining",
    "Link",
    "Modules",
    "NameUnfit",
    "PaperCardUnfit",
    "PhoneUnfit",
    "Place",
    "Poster",
    "PosterNotFound",
    "PosterSize",
    "PosterWithdrawn",
    "SheetFormat",
    "TooManyCodes",
    "TooManyEnrolments",
    "TooManyPosters",
    "WalletPlaces",
    "check_link",
    "create_poster",
    "enrol",
    "example_of",
    "get_batch",
    "get_poster",
    "has_paper",
    "link_to",
    "links_to",
    "list_batches",
    "list_posters",
    "live_code",
    "merchant_in",
    "modules_of",
    "no_wallets",
    "numbers_of",
    "open_link",
    "path_of",
    "place_of",
    "poster_at",
    "print_cards",
    "printed_codes",
    "regions_of",
    "renew_link",
    "shown",
    "withdraw_poster",
]
