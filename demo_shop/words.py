"""The shop's own few words, in English and in Arabic."""

from collections.abc import Mapping
from decimal import Decimal

LANGUAGES = {"en": "English", "ar": "العربية"}

_WORDS: Mapping[str, tuple[str, str]] = {
    "tagline": ("Small things for a home that is loved", "أشياء صغيرة لبيت محبوب"),
    "toy": (
        "A demo shop: nothing is sold, nothing is sent, and anybody can sign in as anybody.",
        "متجر تجريبي: لا شيء يُباع ولا يُرسَل، ويمكن لأي شخص الدخول باسم أي شخص.",
    ),
    "skip": ("Skip to content", "انتقل إلى المحتوى"),
    "menu": ("Shop", "المتجر"),
    "home": ("Shop", "المتجر"),
    "cart": ("Cart", "السلة"),
    "account": ("Account", "الحساب"),
    "language": ("Language", "اللغة"),
    "add": ("Add to cart", "أضف إلى السلة"),
    "added": ("In your cart.", "أُضيف إلى سلتك."),
    "pieces": ("Quantity", "الكمية"),
    "update": ("Update", "تحديث"),
    "remove": ("Remove", "إزالة"),
    "empty": ("Your cart is empty.", "سلتك فارغة."),
    "browse": ("Look around", "تصفّح المتجر"),
    "goods": ("Goods", "البضائع"),
    "discount": ("Code", "الرمز"),
    "delivery": ("Delivery", "التوصيل"),
    "free": ("Free", "مجاني"),
    "total": ("Total", "المجموع"),
    "checkout": ("Checkout", "إتمام الشراء"),
    "name": ("Name", "الاسم"),
    "email": ("E-mail", "البريد الإلكتروني"),
    "code": ("Discount code", "رمز الخصم"),
    "apply": ("Apply", "تطبيق"),
    "code_applied": ("Code {code} is taken off.", "تم خصم الرمز {code}."),
    "code_unknown": ("There is no such code.", "لا يوجد رمز كهذا."),
    "code_used": ("This code was used already.", "استُخدم هذا الرمز من قبل."),
    "code_lapsed": ("This code is no longer good.", "لم يعد هذا الرمز صالحًا."),
    "code_elsewhere": ("This code is not for this shop.", "هذا الرمز ليس لهذا المتجر."),
    "code_later": (
        "Codes can't be looked up at the moment. You can buy without one, or try again.",
        "لا يمكن التحقق من الرموز الآن. يمكنك الشراء بدون رمز أو المحاولة لاحقًا.",
    ),
    "code_minimum": (
        "This code is good from {amount} on.",
        "هذا الرمز صالح ابتداءً من {amount}.",
    ),
    "pay": ("Pay {amount}", "ادفع {amount}"),
    "no_money": ("No money moves: this is a demo.", "لا يُدفع أي مال: هذا عرض تجريبي."),
    "guest": ("Buying as a guest. ", "تشتري كضيف. "),
    "sign_in": ("Sign in", "تسجيل الدخول"),
    "sign_in_text": (
        "Any e-mail will do, and there is no password.",
        "أي بريد إلكتروني يكفي، ولا توجد كلمة مرور.",
    ),
    "sign_out": ("Sign out", "تسجيل الخروج"),
    "register": ("Create an account", "إنشاء حساب"),
    "register_text": (
        "An account is all it takes to join the rewards program.",
        "الحساب هو كل ما يلزم للانضمام إلى برنامج المكافآت.",
    ),
    "no_account": ("There is no account with this e-mail yet.", "لا يوجد حساب بهذا البريد بعد."),
    "hello": ("Hello, {name}", "مرحبًا، {name}"),
    "orders": ("Your orders", "طلباتك"),
    "no_orders": ("You haven't ordered anything yet.", "لم تطلب شيئًا بعد."),
    "order": ("Order {number}", "الطلب {number}"),
    "placed": ("Placed on {date}", "تاريخ الطلب {date}"),
    "thanks": ("Thank you, {name}!", "شكرًا لك، {name}!"),
    "thanks_text": (
        "Your order {number} is paid. A real shop would send it now.",
        "تم دفع طلبك {number}. كان المتجر الحقيقي سيرسله الآن.",
    ),
    "state_paid": ("Paid", "مدفوع"),
    "state_partially_refunded": ("Partly refunded", "مُسترَد جزئيًا"),
    "state_refunded": ("Refunded", "مُسترَد"),
    "state_cancelled": ("Cancelled", "ملغى"),
    "refund": ("Return", "إرجاع"),
    "refund_text": (
        "Choose what goes back; the shop refunds it at once.",
        "اختر ما تريد إرجاعه، وسيعيد المتجر ثمنه فورًا.",
    ),
    "refund_some": ("Return the chosen pieces", "أرجِع القطع المختارة"),
    "refund_all": ("Return everything", "أرجِع كل شيء"),
    "cancel": ("Cancel the order", "إلغاء الطلب"),
    "returned": ("Returned: {pieces}", "أُرجِع: {pieces}"),
    "given_back": ("Given back", "المبلغ المُعاد"),
    "missing": ("There is no such page.", "لا توجد صفحة كهذه."),
    "backstage": ("Behind the scenes", "خلف الكواليس"),
    "backstage_text": (
        "What the shop has told LoyalNest, as Shopify would, the latest first.",
        "ما أخبر به المتجر LoyalNest كما يفعل Shopify، الأحدث أولًا.",
    ),
    "told": ("told", "تم الإبلاغ"),
    "telling": ("waiting", "قيد الانتظار"),
    "nothing_told": ("Nothing yet.", "لا شيء بعد."),
    "topic": ("Topic", "الموضوع"),
    "about": ("About", "عن"),
    "when": ("When", "متى"),
    "state": ("State", "الحالة"),
    "program": ("How rewards work", "كيف تعمل المكافآت"),
    "open_dashboard": ("Open the dashboard", "افتح لوحة التحكم"),
    "measure": ("Let the shop count what you look at", "اسمح للمتجر بعدّ ما تتصفحه"),
    "measure_not": ("Don't count what I look at any more", "أوقف عدّ ما أتصفحه"),
    "sent_by": (
        "A friend has sent you. Join or buy, and you both get something.",
        "أرسلك صديق. انضم أو اشترِ، وستحصلان معًا على مكافأة.",
    ),
}


def said(language: str, key: str, **values: object) -> str:
    """A text of the shop's in a language; what is put into it keeps its own direction."""
    if language == "ar":
        return _WORDS[key][1].format(**{name: _apart(value) for name, value in values.items()})
    return _WORDS[key][0].format(**values)


def price(amount: Decimal | str) -> str:
    """An amount of the shop's money, to be read in either direction."""
    number = Decimal(amount)
    sign = "\N{MINUS SIGN}" if number < 0 else ""
    return _apart(f"{sign}£{abs(number):,.2f}")


def best_language(accepted: str) -> str:
    """The first of the shop's languages that a browser asks for (RFC 9110, 12.5.4)."""
    asked: list[tuple[float, str]] = []
    for part in accepted.split(","):
        name, _, weight = part.strip().partition(";q=")
        try:
            asked.append((-float(weight or 1), name.partition("-")[0].lower()))
        except ValueError:
            continue
    wanted = (name for _, name in sorted(asked, key=lambda it: it[0]))
    return next((name for name in wanted if name in LANGUAGES), "en")


def _apart(value: object) -> str:
    return f"\N{FIRST STRONG ISOLATE}{value}\N{POP DIRECTIONAL ISOLATE}"
