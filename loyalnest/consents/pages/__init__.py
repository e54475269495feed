"""The pages behind the links in our messages: to leave, to choose what one gets, to confirm.

They are drawn here, work without any script, and change nothing by being looked at: mail programs
and scanners open links. Whoever has the link is whoever reads the mail; nobody signs in.
"""

from loyalnest.consents.pages.doors import Letters, letter_routes

__all__ = ["Letters", "letter_routes"]
