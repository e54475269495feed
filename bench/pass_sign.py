"""pass-sign: passes a second that are made and signed on one core, each another customer's.

A pass here says all that one can say, in two languages, of which one is read from right to left,
with a merchant's logo; customers, counts, codes and tokens differ, so that no two are alike. Strips
are drawn once for each count, beforehand, as they are for each merchant. Written nowhere: keeping
passes is another matter. The limit is what the certificate's key alone can sign (RSA, 2,048 bits).
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from PIL import Image

from bench.figure import Figure, Goal, Measured, Run
from loyalnest.integrations import apple
from loyalnest.kernel import clock
from loyalnest.wallet import PassColours, PassContent, PassStage, PassTexts

_PASSES, _SIGNATURES = 5_000, 2_000
_NEEDED = 10
_ENGLISH = PassTexts(
    program="Coffee card",
    description="Stamp card of Café Nord",
    stamps_label="Stamps",
    stamps="",
    next_label="Next",
    next="",
    due_label="Rewards",
    due="Cookie",
    holder_label="Name",
    number_label="Card",
    rewards_label="Rewards on this card",
    rewards="5: Cookie\n10: Free coffee",
    how_label="At the counter",
    how="Show this code. Staff scan it and stamp your card.",
    expires_label="Good until",
    changed_stamps="You now have %@ stamps.",
    changed_due="Waiting for you: %@",
)
_ARABIC = replace(
    _ENGLISH,
    program="بطاقة القهوة",
    stamps_label="الأختام",
    next_label="التالي",
    holder_label="الاسم",
    changed_stamps="لديك الآن %@ أختام.",
)


async def measure(run: Run) -> Measured:
    """Processor time of one thread, after each strip was drawn once."""
    identity = apple.read(apple.trial.make(run.folder / "apple", now=clock.now()), now=clock.now())
    maker = apple.ApplePasses(identity, clock.now)
    began = time.thread_time()
    size = max(len(maker.make(content)) for content in _passes(_NEEDED + 1))
    drawing_ms = (time.thread_time() - began) / (_NEEDED + 1) * 1000
    wanted = run.count(_PASSES, 100)
    contents = list(_passes(wanted))
    began = time.thread_time()
    for content in contents:
        maker.make(content)
    each_s = (time.thread_time() - began) / wanted
    signing_s = _signing_s(identity, run.count(_SIGNATURES, 100))
    note = (
        f"{each_s * 1000:.2f} ms a pass of {size / 1024:.0f} KB, of which"
        f" {signing_s * 1000:.2f} ms for RSA; the first of each count, drawn: {drawing_ms:.0f} ms"
    )
    return Measured(1 / each_s, limit=1 / signing_s, note=note)


def _passes(wanted: int) -> Iterator[PassContent]:
    logo = BytesIO()
    Image.radial_gradient("L").save(logo, "WEBP")
    for number in range(wanted):
        collected = number % (_NEEDED + 1)
        said = {"stamps": f"{collected} / {_NEEDED}", "next": f"Coffee: {_NEEDED - collected}"}
        yield PassContent(
            serial=f"pas_{number:026d}",
            organisation="Café Nord & Söhne",
            collected=collected,
            needed=_NEEDED,
            stages=(PassStage(5, "Cookie"), PassStage(_NEEDED, "Free coffee")),
            due=("Cookie",),
            holder=f"Anna Archer {number}",
            number=f"7K3QM-{number:05d}",
            code=f"LN1.P.AB12.7K3QM{number:05d}.{collected}.0123456789ABCDEF",
            colours=PassColours("#0b6e5e", "#ffffff", "#d5ece8"),
            logo=logo.getvalue(),
            language="en",
            texts={"en": replace(_ENGLISH, **said), "ar": replace(_ARABIC, **said)},
            service_url="https://nest.example/wallet/apple",
            token=f"{number:032x}",
        )


def _signing_s(identity: apple.Identity, wanted: int) -> float:
    began = time.thread_time()
    for number in range(wanted):
        identity.key.sign(number.to_bytes(8), PKCS1v15(), SHA256())
    return (time.thread_time() - began) / wanted


FIGURE = Figure(
    name="pass-sign",
    unit="passes/s",
    goal=Goal("at least 300 passes/s on one core", at_least=300),
    measure=measure,
)
