"""The installation's settings: read once at the entrance, then passed down."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

Port = Annotated[int, Field(ge=0, le=65535)]


class Settings(BaseSettings):
    """Every knob of an installation, from the environment (`LOYALNEST_…`)."""

    model_config = SettingsConfigDict(
        env_prefix="LOYALNEST_", extra="ignore", frozen=True, use_attribute_docstrings=True
    )

    data_dir: Path = Path(".loyalnest")
    """Where the embedded database, the keys and the run files live."""
    database_url: SecretStr | None = None
    """A PostgreSQL (15 or newer) to use instead of the embedded one: `postgresql://…`."""
    migration_url: SecretStr | None = None
    """Another login for migrations; without it `database_url` serves both."""
    application_role: str = "loyalnest_app"
    platform_role: str = "loyalnest_platform"
    owner_role: str = "loyalnest_owner"

    host: str = "127.0.0.1"
    port: Port = 8000
    public_url: str | None = None
    """The address people reach this installation at, where a proxy stands before it."""

    demo_shop_port: Port | None = None
    """Where `up` opens the demo's shop; without it at the first free port above `port`."""
    catcher_port: Port | None = None
    """Where `up` shows the mails that the demo sends; without it at the next free port."""
    catcher_smtp_port: Port | None = None
    """Where `up` takes those mails; without it at the next free port."""

    trusted_proxies: str = ""
    """Proxies whose `X-Forwarded-For` is believed: addresses or networks, separated by commas."""

    shopify_client_id: str | None = None
    """The app's client ID. With it and the secret the dashboard works inside Shopify's admin."""
    shopify_api_secret: SecretStr | None = None
    """Signs Shopify's webhooks. `up` makes one when it is unset and remembers it."""
    shopify_previous_api_secret: SecretStr | None = None
    """Accepted beside the current one while a secret is being rotated."""

    smtp_networks: str = ""
    """Where merchants' mail servers may lie although everybody's internet doesn't lead there:
    addresses or networks of your own, separated by commas. Without it none may."""
    ses_url: str = ""
    """Where Amazon SES is asked; without it at the address of each sender's region."""
    twilio_url: str = "https://api.twilio.com"
    meta_url: str = "https://graph.facebook.com"
    klaviyo_url: str = "https://a.klaviyo.com"
    mailchimp_url: str = "https://mandrillapp.com"
    mailchimp_marketing_url: str = ""
    """Where audiences are; without it at the address that each key names."""
    postscript_url: str = "https://api.postscript.io"

    apple_pass_type: str | None = None
    """The pass type identifier of Apple's certificate, `pass.…`; see docs/how-to/wallets.md."""
    apple_team: str | None = None
    """Ten letters and digits that name you among Apple's developers."""
    apple_certificate: Path | None = None
    """A file: the certificate for passes that Apple issued, PEM or as downloaded."""
    apple_key: Path | None = None
    """A file: the private key of it, PEM or DER."""
    apple_key_password: SecretStr | None = None
    apple_intermediate: Path | None = None
    """A file: the certificate of Apple's that issued it (WWDR)."""
    apple_push_url: str = "https://api.push.apple.com"
    apple_push_authorities: Path | None = None
    """A file: whom to trust instead of everybody's authorities where phones are told of changes."""

    google_wallet_issuer: str | None = None
    """Your issuer id at Google Wallet; see docs/how-to/google-wallet.md."""
    google_wallet_account: Path | None = None
    """A file: the key of the service account that acts for the issuer, as Google hands it out."""
    google_wallet_url: str = "https://walletobjects.googleapis.com"
    google_wallet_save_url: str = "https://pay.google.com/gp/v/save/"
    google_wallet_keys_url: str = "https://pay.google.com/gp/m/issuer/keys"
    """Where the keys are that Google signs its callbacks with."""

    s3_bucket: str | None = None
    """A bucket for what is large and can be made again, passes first; without it such things lie
    in a folder of `data_dir`, which all servers and workers must then share."""
    s3_url: Annotated[str, Field(pattern=r"^(https?://[A-Za-z0-9._:\[\]-]+/?)?$")] = ""
    """Where the object store is asked, `https://host:port`; without it at Amazon's address of the
    region."""
    s3_region: str = "us-east-1"
    s3_access_key_id: str = ""
    s3_secret_access_key: SecretStr = SecretStr("")
    s3_prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9._/-]*$")] = ""
    """What every name in the bucket begins with, where others use it as well: letters, digits and
    `. _ - /`, which nothing on the way writes otherwise."""

    encryption_keys: SecretStr | None = None
    """The key ring as text, in place of `<data_dir>/keys.json`; see docs/how-to/keys.md."""

    access_token_minutes: int = 15
    refresh_token_days: int = 7
    sign_in_attempts: int = 5
    sign_in_window_minutes: int = 15
    anonymous_requests: int = 1000
    anonymous_window_minutes: int = 15
    api_key_requests_per_second: float = 500
    api_key_burst: int = 1000
    customer_requests_per_second: float = 5
    customer_burst: int = 60
    """How much one customer's browser may ask for at once."""

    api_max_bytes: int = 1_000_000
    """The largest body a request to the API may have."""
    database_pool: Annotated[int, Field(ge=1)] = 10
    """How many connections to the database a server keeps."""
    webhook_max_bytes: int = 5_000_000
    inbox_backlog_limit: int = 500_000
    """Deliveries waiting beyond which intake answers 503 with Retry-After."""
    inbox_batch: int = 500
    inbox_attempts: int = 5
    """Retries of a delivery that fails alone before it is set aside as a dead letter."""
    inbox_retention_days: int = 14
    """How long a delivery's body is kept after it was applied."""

    plan: Literal["unlimited", "free", "starter", "growth"] = "unlimited"
    """How many orders a month merchants here are told they have: no limit, 300, 500 or 1,500."""

    metrics_token: SecretStr | None = None
    """Lets a scraper from elsewhere than loopback read `/metrics`."""
    log_level: str = "INFO"

    @property
    def keys_file(self) -> Path:
        return self.data_dir / "keys.json"

    @property
    def address(self) -> str:
        """Where people reach this installation: `public_url`, or else where it listens."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"
