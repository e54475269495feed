"""A signed pass out of what is on it.

A pass is an archive of files, a manifest that names each by its SHA-1, and a signature of the
manifest. https://developer.apple.com/documentation/walletpasses/building-a-pass. What looks like a
matter of taste here is none: a phone refuses, without a word, a signature that is not detached, has
no signing time or lacks the intermediate; and without `Binary` the bytes that are signed are others
than those of the manifest as soon as it has a line end.
"""

import hashlib
import json
import struct
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import (
    PKCS7Options,
    PKCS7SignatureBuilder,
)

from loyalnest.integrations.apple import logos, strips
from loyalnest.integrations.apple.certificates import Identity
from loyalnest.integrations.apple.form import pass_json
from loyalnest.integrations.apple.parts import Kept, Part, Parts, part, renamed
from loyalnest.integrations.apple.pencil import Colours
from loyalnest.integrations.apple.strips import Strip
from loyalnest.integrations.apple.words import Keys, folder_of, strings
from loyalnest.kernel.clock import Clock
from loyalnest.kernel.languages import RIGHT_TO_LEFT
from loyalnest.wallet import PassContent

MEDIA_TYPE = "application/vnd.apple.pkpass"
_DRAWN = 1
"""To be raised when the same content makes another pass."""
_KEPT_BYTES = 64_000_000
_SIGNED = (PKCS7Options.DetachedSignature, PKCS7Options.Binary)


class ApplePasses:
    """Makes passes of one pass type. May be used from several threads."""

    def __init__(self, identity: Identity, clock: Clock):
        self._identity = identity
        self._clock = clock
        self._kept = Kept(_KEPT_BYTES)

    @property
    def pass_type(self) -> str:
        """The pass type identifier that its certificate is for."""
        return self._identity.pass_type

    @property
    def edition(self) -> str:
        """Changes when the same content would make another pass."""
        return f"{_DRAWN}-{self._identity.fingerprint[:16]}"

    @property
    def expires_at(self) -> datetime:
        """When the first of its certificates runs out."""
        return self._identity.expires_at

    def make(self, content: PassContent) -> bytes:
        """A signed `.pkpass`. Raises AppleCertificateExpired, AppleCertificateNotYetValid."""
        self._identity.check(self._clock())
        keys = Keys(content.words, content.texts.values())
        parts = [
            part("pass.json", pass_json(content, keys, self._identity)),
            *self._pictures(content),
            *_translations(content, keys),
        ]
        manifest = json.dumps({it.name: it.sha1 for it in parts}).encode()
        signature = self._signature_of(manifest)
        return _archive([*parts, part("manifest.json", manifest), part("signature", signature)])

    def _pictures(self, content: PassContent) -> Iterator[Part]:
        colours = Colours.of(content.colours.background, content.colours.foreground)
        yield from self._logo(content.logo, colours)
        mirrored = content.language in RIGHT_TO_LEFT
        yield from self._strip(content, colours, mirrored=mirrored)
        for language in content.texts:
            if (language in RIGHT_TO_LEFT) != mirrored:
                strip = self._strip(content, colours, mirrored=not mirrored)
                yield from renamed(strip, folder_of(language))

    def _logo(self, logo: bytes | None, colours: Colours) -> Parts:
        what = ("logo", hashlib.sha256(logo).digest() if logo else None, colours)
        return self._kept.get(what, lambda: logos.draw(logo, colours))

    def _strip(self, content: PassContent, colours: Colours, *, mirrored: bool) -> Parts:
        needed = max(content.needed, 1)
        strip = Strip(
            colours,
            collected=min(max(content.collected, 0), needed),
            needed=needed,
            gifts=frozenset(it.count for it in content.stages if 0 < it.count <= needed),
            mirrored=mirrored,
        )
        return self._kept.get(strip, lambda: strips.draw(strip))

    def _signature_of(self, manifest: bytes) -> bytes:
        who = self._identity
        return (
            PKCS7SignatureBuilder()
            .set_data(manifest)
            .add_signer(who.certificate, who.key, SHA256())
            .add_certificate(who.intermediate)
            .sign(Encoding.DER, list(_SIGNED))
        )


def _translations(content: PassContent, keys: Keys) -> Iterable[Part]:
    pairs = keys.pairs()
    for language, texts in content.texts.items():
        yield part(f"{folder_of(language)}/pass.strings", strings(pairs, texts))


_HERE = struct.Struct("<4s5H3I2H")
_LISTED = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_VERSION, _UTF8, _STORED = 20, 1 << 11, 0
_MIDNIGHT, _FIRST_DAY = 0, 0x0021  # the first of January 1980, the earliest that archives know


def _archive(parts: Sequence[Part]) -> bytes:
    """An archive that only stores: pictures are packed already, and some readers take no other.

    APPNOTE.TXT, 4.3: each file behind a header, then the list of all, then where the list begins.
    The standard library's would count every file's sum anew, which takes longer than all else here.
    """
    files: list[bytes] = []
    listed: list[bytes] = []
    at = 0
    for it in parts:
        name = it.name.encode()
        sums = (it.crc32, len(it.body), len(it.body), len(name), 0)
        how = (_VERSION, _UTF8, _STORED, _MIDNIGHT, _FIRST_DAY)
        header = _HERE.pack(b"PK\3\4", *how, *sums)
        entry = _LISTED.pack(b"PK\1\2", _VERSION, *how, *sums, 0, 0, 0, 0, at)
        files += (header, name, it.body)
        listed += (entry, name)
        at += len(header) + len(name) + len(it.body)
    size = sum(map(len, listed))
    end = _END.pack(b"PK\5\6", 0, 0, len(parts), len(parts), size, at, 0)
    return b"".join([*files, *listed, end])
