"""What is for sale: articles of the gift shop whose real history the demo replays.

Numbers and prices are those of `data/online-retail` in autumn 2011; titles are its own in quieter
letters, and in Arabic.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Product:
    """One article."""

    id: int
    """As Shopify would number it."""
    sku: str
    handle: str
    price: Decimal
    drawing: str
    """What its picture shows."""
    hue: int
    """The colour of it, in degrees."""
    titles: tuple[str, str]
    """English and Arabic."""

    def title(self, language: str) -> str:
        """What it is called."""
        return self.titles[language == "ar"]

    @property
    def variant_id(self) -> int:
        """Shopify sells variants; here each article has one."""
        return self.id + 1_000_000


_ARTICLES = (
    ("22423", "12.75", "cakestand", 345, "Regency cake stand, 3 tiers", "حامل كعك ريجنسي، 3 طبقات"),
    ("85123A", "2.95", "lantern", 36, "Hanging heart T-light holder", "حامل شمعة معلّق بقلب"),
    ("85099B", "2.08", "bag", 4, "Jumbo bag red retrospot", "حقيبة كبيرة منقّطة بالأحمر"),
    ("22112", "4.95", "bottle", 22, "Chocolate hot water bottle", "قربة ماء ساخن بلون الشوكولاتة"),
    ("47566", "4.95", "bunting", 190, "Party bunting", "أعلام زينة للحفلات"),
    ("22726", "3.75", "clock", 140, "Alarm clock Bakelite green", "منبّه باكليت أخضر"),
    ("84879", "1.69", "bird", 205, "Assorted colour bird ornament", "زينة طائر بألوان متنوعة"),
    ("22699", "2.95", "cup", 340, "Roses Regency teacup and saucer", "فنجان شاي وصحن بورود"),
    ("22720", "4.95", "tins", 48, "Set of 3 cake tins pantry design", "طقم 3 علب كعك"),
    ("21731", "1.65", "toadstool", 2, "Red toadstool LED night light", "مصباح ليلي بشكل فطر أحمر"),
    (
        "22457",
        "2.95",
        "slate",
        215,
        "Natural slate heart chalkboard",
        "لوح طباشير أردوازي بشكل قلب",
    ),
    ("22578", "0.29", "star", 42, "Wooden star Christmas Scandinavian", "نجمة خشبية إسكندنافية"),
    ("22139", "4.95", "teapot", 12, "Retrospot tea set ceramic 11 pc", "طقم شاي خزفي، 11 قطعة"),
    ("23284", "8.25", "doormat", 28, "Doormat keep calm and come in", "ممسحة أقدام «اهدأ وادخل»"),
    ("20725", "1.65", "bag", 355, "Lunch bag red retrospot", "حقيبة غداء منقّطة بالأحمر"),
    ("22866", "2.10", "heart", 330, "Hand warmer Scotty dog design", "مدفئ يدين بتصميم كلب"),
)

_FIRST_ID = 8_101_000_000_001


def _handle(title: str) -> str:
    words = "".join(sign if sign.isalnum() else " " for sign in title.lower())
    return "-".join(words.split())


PRODUCTS = tuple(
    Product(_FIRST_ID + n, sku, _handle(en), Decimal(price), drawing, hue, (en, ar))
    for n, (sku, price, drawing, hue, en, ar) in enumerate(_ARTICLES)
)
BY_HANDLE = {product.handle: product for product in PRODUCTS}
BY_ID = {product.id: product for product in PRODUCTS}
