"""What wallets hold under the installation's keys."""

from loyalnest.kernel.keys import Sealed

PASS_TOKEN, PUSH_TOKEN = "passes.token", "pass_devices.token"

SEALED = (
    Sealed("passes", "token_sealed", PASS_TOKEN),
    Sealed("pass_devices", "token_sealed", PUSH_TOKEN),
)
