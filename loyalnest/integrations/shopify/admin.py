"""The dashboard inside Shopify's admin: who asks is what Shopify's ID token says.

`authenticate` takes such a token as a bearer. A user of a shop is nobody here until they have
signed in once with a password of ours: `PUT /v1/api/auth/shopify-user` remembers who they are.
"""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants, staff
from loyalnest.integrations.shopify.errors import AppNotConfigured, ShopElsewhere, ShopUnknown
from loyalnest.integrations.shopify.id_tokens import App, ShopUser, read_id_token
from loyalnest.integrations.shopify.translate import PROVIDER
from loyalnest.kernel.database import act_for
from loyalnest.kernel.http import ONLY_FOR, PROBLEMS, Caller, CallerKind, Db, Now, SignedIn
from loyalnest.kernel.networks import Address


class ShopifyUserLink(BaseModel):
    """Proof of whom you are to Shopify."""

    model_config = ConfigDict(extra="forbid")

    id_token: SecretStr = Field(
        max_length=4096, description="A fresh ID token, as App Bridge gives it."
    )


async def authenticate(
    session: AsyncSession,
    bearer: str,
    app: App | None,
    *,
    now: datetime,
    address: Address | None,
) -> Caller:
    """Who on the staff a shop's admin says is asking. For a session that was opened for nobody.

    Raises IdTokenInvalid, IdTokenExpired, CredentialsInvalid, StoreUserUnknown, NetworkRefused.
    """
    if app is None:
        raise staff.CredentialsInvalid
    said = read_id_token(bearer, app, now=now)
    shop = await _shop_of(session, said)
    if shop is None:
        raise staff.CredentialsInvalid
    await act_for(session, [shop.merchant_id])
    return await staff.authenticate_store_user(session, shop.store_id, said.user, address=address)


def router_of(app: App | None) -> APIRouter:
    """Saying who one is to Shopify."""
    router = APIRouter(prefix="/v1/api/auth", tags=["Sign-in"], responses=PROBLEMS)

    @router.put(
        "/shopify-user",
        operation_id="link_shopify_user",
        status_code=204,
        openapi_extra={ONLY_FOR: [CallerKind.STAFF]},
    )
    async def _link(  # pyright: ignore[reportUnusedFunction]
        body: ShopifyUserLink, caller: SignedIn, database: Db, now: Now
    ) -> None:
        """Come in as yourself from now on when you open the dashboard in Shopify's admin.

        Signed in with your password, you prove with an ID token whom you are to Shopify. Signing
        out everywhere, or a new password, ends it.
        """
        if caller.session_id is None:
            raise staff.NotSignedIn
        if app is None:
            raise AppNotConfigured
        said = read_id_token(body.id_token.get_secret_value(), app, now=now)
        async with database.tenant(caller.merchant_id) as session:
            shop = await _shop_of(session, said)
            if shop is None:
                raise ShopUnknown
            if shop.merchant_id != caller.merchant_id:
                raise ShopElsewhere
            await staff.link_store_user(session, shop.store_id, said.user, by=caller, now=now)

    return router


async def _shop_of(session: AsyncSession, said: ShopUser) -> merchants.Shop | None:
    return await merchants.find_shop(session, provider=PROVIDER, domain=said.shop)
