"""People who run a program, and the programs that work for them: sign-in, sessions, API keys.

Somebody signs in with e-mail and password and gets a short access token and a refresh token that
works once; a program has an API key with scopes, and through it opens sessions for single
customers. All are sent as `Authorization: Bearer …`; `Bearers` tells whom one belongs to.
Nobody gives a role to somebody, or changes somebody, that may do more than they; the last owner
stays. People join by a link that works once. A merchant may say from which networks its staff sign
in; keys and customers are not held by that.
"""

from loyalnest.staff.access import (
    Bearers,
    authenticate_store_user,
    enter_at_store,
    enter_by_link,
    start_customer_session,
)
from loyalnest.staff.errors import (
    ApiKeyNotFound,
    CredentialsInvalid,
    EmailInvalid,
    KeyNeeded,
    MemberExists,
    MemberNotFound,
    NetworkRefused,
    NotSignedIn,
    NoVoucher,
    PassInvalid,
    PasswordTooWeak,
    ScopeNotYours,
    ScopesMissing,
    SessionEnded,
    SignInFailed,
    StoreUserUnknown,
)
from loyalnest.staff.keys import INDEXES, SEALED
from loyalnest.staff.queries import find_member, get_member, list_api_keys, list_members
from loyalnest.staff.rules import SCOPES_OF, device_of, made_up_password
from loyalnest.staff.service.keys import create_api_key, revoke_api_key
from loyalnest.staff.service.members import create_member, set_password
from loyalnest.staff.service.networks import allow_anywhere
from loyalnest.staff.service.passes import make_pass, make_store_pass
from loyalnest.staff.service.sessions import sign_out_everywhere
from loyalnest.staff.service.store_users import link_store_user
from loyalnest.staff.values import (
    ApiKey,
    CustomerPass,
    CustomerSession,
    Member,
    OwnScope,
    Role,
    Scope,
    Tokens,
)

__all__ = [
    "INDEXES",
    "SCOPES_OF",
    "SEALED",
    "ApiKey",
    "ApiKeyNotFound",
    "Bearers",
    "CredentialsInvalid",
    "CustomerPass",
    "CustomerSession",
    "EmailInvalid",
    "KeyNeeded",
    "Member",
    "MemberExists",
    "MemberNotFound",
    "NetworkRefused",
    "NoVoucher",
    "NotSignedIn",
    "OwnScope",
    "PassInvalid",
    "PasswordTooWeak",
    "Role",
    "Scope",
    "ScopeNotYours",
    "ScopesMissing",
    "SessionEnded",
    "SignInFailed",
    "StoreUserUnknown",
    "Tokens",
    "allow_anywhere",
    "authenticate_store_user",
    "create_api_key",
    "create_member",
    "device_of",
    "enter_at_store",
    "enter_by_link",
    "find_member",
    "get_member",
    "link_store_user",
    "list_api_keys",
    "list_members",
    "made_up_password",
    "make_pass",
    "make_store_pass",
    "revoke_api_key",
    "set_password",
    "sign_out_everywhere",
    "start_customer_session",
]
