"""What requests hold under the installation's keys."""

from loyalnest.kernel.keys import Sealed
from loyalnest.privacy.values import ANSWER, NOTE

SEALED = (
    Sealed("privacy_requests", "note_sealed", NOTE),
    Sealed("privacy_requests", "answer_sealed", ANSWER),
)
