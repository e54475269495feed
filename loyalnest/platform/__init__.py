"""The operator's view over all merchants: opening one, with everything it needs to begin."""

from loyalnest.platform.service import Opened, open_merchant

__all__ = ["Opened", "open_merchant"]
