"""REST: signing in, the people of the staff, and API keys."""

from fastapi import APIRouter

from loyalnest.kernel.limits import Buckets, Policy
from loyalnest.kernel.settings import Settings
from loyalnest.staff.routes import keys, links, networks, sign_in, team

__all__ = ["router_of"]


def router_of(settings: Settings) -> APIRouter:
    """The routes of this module; each application counts attempts at passwords for itself."""
    window_s = settings.sign_in_window_minutes * 60
    attempts = Buckets(Policy("sign-in", settings.sign_in_attempts, window_s))
    router = APIRouter()
    for routes in (
        sign_in.router_of(attempts),
        links.router_of(),
        networks.router_of(),  # before the one whose addresses end in somebody's id
        team.router_of(),
        keys.router_of(),
    ):
        router.routes += routes.routes
    return router
