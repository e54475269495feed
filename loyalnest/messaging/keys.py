"""What messages hold under the installation's keys."""

from loyalnest.kernel.keys import Sealed

CREDENTIALS, VARIABLES, LETTER = "senders.credentials", "messages.variables", "messages.letter"

SEALED = (
    Sealed("senders", "credentials_sealed", CREDENTIALS),
    Sealed("messages", "variables_sealed", VARIABLES),
    Sealed("messages", "letter_sealed", LETTER),
    Sealed("message_queue", "letter_sealed", LETTER),
)

REWORDING = "~rewording"
"""Where what is said otherwise stands beside what is filled in; no variable is named so."""
