"""What the product says, in 22 languages: who has read it, and how a merchant says it instead.

The texts come with the product, in `locales`. Kept here is what merchants decided about them:
words of their own, which their people then see, or that a text was read and is good as it stands.
Whatever was decided remembers what it was decided about, and is outdated when that changes.
"""

from loyalnest.texts.catalogue import fingerprint, forms_in, problem_in, read, reviewed_in, written
from loyalnest.texts.errors import (
    FormsUnfit,
    NothingToReview,
    PlaceholderMissing,
    PlaceholderUnknown,
    TextEmpty,
    TextNotFound,
    TextNotPlain,
    TextTooLong,
)
from loyalnest.texts.events import TextMended, TextReviewed
from loyalnest.texts.queries import (
    get_text,
    mended_in,
    progress,
    read_in,
    section_everywhere,
    section_in,
    spoken_in,
    texts_in,
)
from loyalnest.texts.rules import faults_of
from loyalnest.texts.service import mend, restore, review, take_review_back
from loyalnest.texts.values import Forms, Progress, Said, State, Text, Wording

__all__ = [
    "Forms",
    "FormsUnfit",
    "NothingToReview",
    "PlaceholderMissing",
    "PlaceholderUnknown",
    "Progress",
    "Said",
    "State",
    "Text",
    "TextEmpty",
    "TextMended",
    "TextNotFound",
    "TextNotPlain",
    "TextReviewed",
    "TextTooLong",
    "Wording",
    "faults_of",
    "fingerprint",
    "forms_in",
    "get_text",
    "mend",
    "mended_in",
    "problem_in",
    "progress",
    "read",
    "read_in",
    "restore",
    "review",
    "reviewed_in",
    "section_everywhere",
    "section_in",
    "spoken_in",
    "take_review_back",
    "texts_in",
    "written",
]
