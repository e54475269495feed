"""Words by which somebody ends messages, begins them again, or asks for help.

A text is such a word if it is nothing else, whatever its case, accents, punctuation and emoji, and
however politely or often it is said. *Stop by tomorrow?* is a question and ends nothing. What isn't
in the list is for a person to read.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache

TEXT_AT_MOST = 200
"""Longer texts are letters."""


class Word(StrEnum):
    """What a text means."""

    STOP = "stop"
    START = "start"
    HELP = "help"


# A comma parts them. What carriers and regulators name comes first (CTIA, FCC 47 CFR 64.1200), and
# then how it is said in each of our languages, with and without the polite form.
_WORDS: Mapping[Word, str] = {
    Word.STOP: """
        stop, stopall, stop all, unsubscribe, end, quit, cancel, revoke, optout, opt out, remove me,
        unsubscribe me, unsubscribe all, stop messages, stop messaging me, stop texting me,
        no more messages, leave me alone,
        baja, darme de baja, dar de baja, alto, parar, detener, cancelar, no más, no mas mensajes,
        cancelar suscripción, anular suscripción,
        arrêt, arrêter, arrêtez, désabonner, désabonnement, me désabonner, désinscrire,
        désinscription, me désinscrire, annuler, résilier,
        stopp, abmelden, abbestellen, abmeldung, austragen, ende, aufhören, beenden, keine werbung,
        kündigen, widerrufen, widerruf, nicht mehr schreiben,
        pare, sair, cancelar inscrição, cancelar assinatura, descadastrar, remover, desinscrever,
        ストップ, 停止, 配信停止, 解除, 退会, 登録解除, 配信解除, やめて, やめてください, 中止,
        стоп, отписаться, отписка, отпишите, отпишите меня, отмена, хватит, прекратить,
        не писать, не пишите, отказ, отказаться,
        ferma, fermati, basta, disiscrivi, disiscrivimi, disiscriviti, cancella, cancellami,
        annulla, disdici, cancellazione, rimuovimi,
        afmelden, uitschrijven, stoppen, beëindigen, einde, opzeggen, annuleren, meld af, hou op,
        koniec, wypisz, wypisz mnie, rezygnuję, rezygnacja, anuluj, zatrzymaj, wyrejestruj,
        nie pisz, odsubskrybuj,
        dur, durdur, iptal, abonelikten çık, çık, ret, red, çıkış, mesaj istemiyorum, istemiyorum,
        لغو, لغو اشتراک, توقف, پایان, نه به پیامک, لغو عضویت, قطع,
        退订, 退訂, 取消, 取消订阅, 取消訂閱, 停, 停发, 拒收, 不要再发, td, t, 回复td,
        dừng, dừng lại, hủy, huỷ, huỷ đăng ký, hủy đăng ký, ngừng, từ chối, thoát,
        berhenti, henti, batal, batalkan, keluar, berhenti berlangganan, cukup,
        konec, zrušit, odhlásit, odhlásit se, odhlaste mě, přestaňte, dost, nechci,
        إيقاف, ايقاف, توقف, قف, إلغاء, الغاء, إلغاء الاشتراك, الغاء الاشتراك, أوقف, كفى, وقف,
        중지, 정지, 그만, 수신거부, 구독취소, 취소, 해지, 거부, 수신 거부, 구독 취소, 탈퇴,
        відписатися, відписка, відпишіть, відпишіть мене, скасувати, досить, припинити,
        не пишіть, зупинити, відмова, кінець,
        állj, leiratkozás, leiratkozom, leállítás, lemondás, lemondom, vége, törlés, elég,
        avsluta, avregistrera, avprenumerera, sluta, avbryt, avsäg, säg upp, avanmäl,
        עצור, הסר, הסרה, הסירו, הסירו אותי, הסר אותי, ביטול, בטל, די, הפסק, הפסיקו, סטופ, להסיר
    """,
    Word.START: """
        start, unstop, subscribe, resume, opt in, optin,
        alta, empezar, iniciar, comenzar, reanudar, suscribir, suscribirme,
        commencer, reprendre, abonner, débuter, m'abonner, réabonner,
        anmelden, starten, beginnen, fortsetzen,
        começar, retomar, inscrever, assinar,
        スタート, 開始, 再開, 登録,
        старт, начать, подписаться, возобновить,
        inizia, avvia, riprendi, iscrivimi,
        aanmelden, inschrijven, hervatten,
        rozpocznij, wznów, zapisz, zapisz mnie,
        başla, başlat, abone ol, devam,
        شروع, آغاز, عضویت,
        开始, 開通, 订阅, 訂閱, 恢复,
        bắt đầu, đăng ký, tiếp tục,
        mulai, lanjut, langganan,
        začít, přihlásit, pokračovat,
        ابدأ, ابدا, بدء, اشتراك, اشترك, استئناف,
        시작, 재개, 구독, 수신동의,
        почати, підписатися, відновити,
        kezdés, feliratkozás, feliratkozom, indítás, folytatás,
        starta, börja, prenumerera, återuppta,
        התחל, הצטרף, הצטרפות, חדש, המשך
    """,
    Word.HELP: """
        help, info, ?,
        ayuda, información, aide, hilfe, ajuda, ajudar, ヘルプ, 助けて, помощь, справка, aiuto,
        hulp, pomoc, yardım, bilgi, کمک, راهنما, 帮助, 幫助, trợ giúp, giúp đỡ, bantuan, bantu,
        nápověda, مساعدة, مساعده, 도움말, 도움, допомога, довідка, segítség, súgó, hjälp, עזרה
    """,
}
# Said along with a word, these change nothing of it.
_POLITE = """
    please, pls, plz, thanks, thank you, thx, now, hi, hello, sorry,
    por favor, gracias, hola, ya, s'il vous plaît, svp, stp, merci, bonjour, bitte, danke, hallo,
    jetzt, sofort, obrigado, obrigada, 是, 请, 請, 谢谢, 謝謝, お願いします, ください,
    пожалуйста, спасибо, per favore, grazie, alstublieft, aub, dank je, bedankt,
    proszę, dziękuję, lütfen, teşekkürler, لطفا, ممنون, xin, vui lòng, cảm ơn, tolong, mohon,
    terima kasih, prosím, děkuji, من فضلك, رجاء, شكرا, 제발, 부탁해요, 감사합니다, будь ласка,
    дякую, kérem, kérlek, köszönöm, snälla, tack, בבקשה, תודה
"""
# Letters that no decomposition tells from their plain kin, and two that Arabic hands swap.
_PLAIN = str.maketrans("łøđðıəßæœ'’", "lodðiesao  ") | {
    ord("ß"): "ss",
    ord("ي"): "ی",
    ord("ى"): "ی",
    ord("ك"): "ک",
    ord("ة"): "ه",
}


def word_in(text: str) -> Word | None:
    """What a text that somebody sent means; None where it means something else."""
    if len(text) > TEXT_AT_MOST:
        return None
    if text.strip() in {"?", "？", "؟"}:
        return Word.HELP
    said = _plain(text)
    return _known().get(_close(said)) or _known().get(_close(_bare(said)))


def _bare(said: str) -> str:
    """A plain text without what is polite, and said once."""
    words = _courtesies().sub("", said).split()
    return words[0] if words and len(set(words)) == 1 else " ".join(words)


def _close(said: str) -> str:
    """Without spaces: `s t o p` and `opt out` are words, too."""
    return said.replace(" ", "")


def _plain(text: str) -> str:
    """A text's letters and digits, without case, accents and everything around them."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_PLAIN)
    apart = unicodedata.normalize("NFD", folded)
    letters = "".join(_kept(each) for each in apart)
    return " ".join(unicodedata.normalize("NFC", letters).split())


def _kept(each: str) -> str:
    kind = unicodedata.category(each)
    # Kana's voicing marks tell words apart; accents, vowel points and what has no width don't.
    if kind in {"Mn", "Me", "Cf"}:
        return each if each in "\u3099\u309a" else ""
    return each if kind[0] in "LN" or kind == "Mc" else " "


@cache
def _known() -> Mapping[str, Word]:
    return {
        _close(_plain(said)): word for word, listed in _WORDS.items() for said in _listed(listed)
    }


@cache
def _courtesies() -> re.Pattern[str]:
    said = sorted({_plain(each) for each in _listed(_POLITE)}, key=len, reverse=True)
    apart = "|".join(each for each in said if not _runs_on(each))
    within = "|".join(filter(_runs_on, said))
    return re.compile(rf"(?:^| )(?:{apart})(?= |$)|{within}")


def _runs_on(said: str) -> bool:
    """Whether it is written in a script that puts no spaces between words."""
    return "\u3000" <= said[0] <= "\u9fff"


def _listed(words: str) -> Iterable[str]:
    return (said for each in words.split(",") if (said := each.strip()) and said != "?")
