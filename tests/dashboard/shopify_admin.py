"""Shopify's admin for a browser: its pages, its script and its tokens, at its own addresses.

One server over TLS plays `admin.shopify.com`, `cdn.shopify.com` and, for what must not work, some
other site. The browser is told to find them all here, so that origins are the real ones.
"""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from string import Template
from uuid import uuid4

import jwt
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Host, Route, Router

from loyalnest.kernel import clock

CLIENT_ID, SECRET = "4f1c9e5d2b7a48d6a3e0c8b1f6d27590", "shpss_" + "5" * 64
USER = "7"
FRAMING = Template("""\
<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Admin</title><style>
body { margin: 0; font: 14px system-ui; display: grid; height: 100vh; grid: 3rem 1fr / 14rem 1fr; }
header { grid-column: 1 / 3; background: #1a1a1a; color: #e3e3e3; padding: .9rem 1rem; }
nav { background: #ebebeb; padding: .75rem; }
nav p { margin: .3rem .5rem; font-weight: 600; } nav ul { list-style: none; margin: 0;
  padding: 0 0 0 1rem; }
nav button { border: 0; background: none; font: inherit; padding: .4rem .5rem; cursor: pointer; }
iframe { border: 0; width: 100%; height: 100%; }
</style></head><body><header>The shop's admin</header>
<nav><p>Home</p><p>Orders</p><p>Products</p><p>Customers</p><p>LoyalNest</p><ul></ul></nav>
<iframe title="App" src="$app"></iframe>
<script>
const frame = document.querySelector("iframe"), list = document.querySelector("ul");
addEventListener("message", async ({ data, origin, source }) => {
  if (source !== frame.contentWindow || origin !== new URL(frame.src).origin) return;
  if (data.ask === "token") {
    const { token } = await (await fetch("/id-token")).json();
    source.postMessage({ id: data.id, token }, origin);
  }
  if (data.menu) list.replaceChildren(...data.menu.map(([href, text]) => {
    const item = document.createElement("li"), button = document.createElement("button");
    button.textContent = text;
    button.onclick = () => source.postMessage({ open: href }, origin);
    item.append(button);
    return item;
  }));
});
</script></body></html>
""")
APP_BRIDGE = """\
if (document.currentScript.async || !document.currentScript.dataset.apiKey)
  throw new Error("load me at once and with the app's key");
const admin = "https://admin.shopify.com", asked = new Map();
window.shopify = {
  idToken: () => new Promise((resolve) => {
    const id = crypto.randomUUID();
    asked.set(id, resolve);
    parent.postMessage({ ask: "token", id }, admin);
  }),
};
addEventListener("message", ({ data, origin }) => {
  if (origin !== admin) return;
  asked.get(data.id)?.(data.token);
  const link = [...document.querySelectorAll("s-app-nav s-link")]
    .find((each) => each.getAttribute("href") === data.open);
  link?.dispatchEvent(new Event("shopify:navigate", { bubbles: true }));
});
new MutationObserver(() => {
  const links = [...document.querySelectorAll("s-app-nav s-link:not([rel=home])")];
  const menu = links.map((each) => [each.getAttribute("href"), each.textContent]);
  if (menu.length) parent.postMessage({ menu }, admin);
}).observe(document, { subtree: true, childList: true, characterData: true });
"""


class FakeAdmin:
    """The admin of one shop, with one app in it, looked at by one user."""

    def __init__(self, shop: str):
        self.shop = shop
        self.app = ""
        self.port = 0

    @property
    def rules(self) -> str:
        """How the browser is told where everybody lives."""
        here = f"127.0.0.1:{self.port}"
        return f"MAP *.shopify.com {here}, MAP evil.example {here}"

    def id_token(self) -> str:
        now = clock.now()
        claims = {
            "iss": f"https://{self.shop}/admin",
            "dest": f"https://{self.shop}",
            "aud": CLIENT_ID,
            "sub": USER,
            "exp": now + timedelta(minutes=1),
            "nbf": now,
            "iat": now,
            "jti": uuid4().hex,
        }
        return jwt.encode(claims, SECRET, algorithm="HS256")

    def routes(self) -> Starlette:
        async def page(_: Request) -> Response:
            app = f"{self.app}?shop={self.shop}&amp;host=YWRtaW4&amp;embedded=1"
            return HTMLResponse(FRAMING.substitute(app=app))

        async def token(_: Request) -> Response:
            return JSONResponse({"token": self.id_token()})

        async def script(_: Request) -> Response:
            return Response(APP_BRIDGE, media_type="text/javascript")

        admin = Router([Route("/id-token", token), Route("/{path:path}", page)])
        cdn = Router([Route("/shopifycloud/app-bridge.js", script)])
        evil = Router([Route("/{path:path}", page)])
        return Starlette(
            routes=[
                Host("admin.shopify.com", admin),
                Host("cdn.shopify.com", cdn),
                Host("evil.example", evil),
            ]
        )


@asynccontextmanager
async def open_admin(shop: str, folder: Path) -> AsyncGenerator[FakeAdmin]:
    """An admin that is there as long as it is needed."""
    admin = FakeAdmin(shop)
    certificate, key = _certificate(folder)
    config = uvicorn.Config(
        admin.routes(),
        port=0,
        lifespan="off",
        log_config=None,
        ssl_certfile=certificate,
        ssl_keyfile=key,
        ssl_version=ssl.PROTOCOL_TLS_SERVER,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    admin.port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield admin
    finally:
        server.should_exit = True
        await serving


def claims_of(authorization: str) -> Mapping[str, str]:
    """What a bearer says, unchecked."""
    return jwt.decode(authorization.removeprefix("Bearer "), options={"verify_signature": False})


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "*.shopify.com")])
    now = clock.now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "admin.pem", folder / "admin.key"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate_file, key_file
