"""The HTTP door: one ASGI application out of every module's routes, and the server that runs it.

Around the routes stand, from the outside in: the trace and the access log, the security headers,
the caller and their limits. All of it is plain ASGI.
"""

from loyalnest.entrypoints.http import dashboard
from loyalnest.entrypoints.http.app import build_app, rest_api
from loyalnest.entrypoints.http.bearers import Bearers
from loyalnest.entrypoints.http.parts import Authenticate, Parts
from loyalnest.entrypoints.http.permissions import Permission, permissions
from loyalnest.entrypoints.http.reference import describe, openapi_json
from loyalnest.entrypoints.http.serve import serve

__all__ = [
    "Authenticate",
    "Bearers",
    "Parts",
    "Permission",
    "build_app",
    "dashboard",
    "describe",
    "openapi_json",
    "permissions",
    "rest_api",
    "serve",
]
