"""Use cases: settings, codes, using a code, judging, reviewing, clicks, merchants' referrals."""

from loyalnest.referrals.service.at_checkout import FROM_ORDERS, Sent, note_senders
from loyalnest.referrals.service.claiming import claim
from loyalnest.referrals.service.clicks import count_click
from loyalnest.referrals.service.codes import code_of, invites
from loyalnest.referrals.service.invitations import invite
from loyalnest.referrals.service.invited import forget_advocates, forget_sent, note_who_came
from loyalnest.referrals.service.judging import judge_many, rejudge_people
from loyalnest.referrals.service.marks import (
    erase_customer,
    forget_marks,
    forget_old_marks,
    note_marks,
)
from loyalnest.referrals.service.merchant_referrals import complete_merchants, join
from loyalnest.referrals.service.reviewing import approve, reconsider, reject
from loyalnest.referrals.service.settings import save

__all__ = [
    "FROM_ORDERS",
    "Sent",
    "approve",
    "claim",
    "code_of",
    "complete_merchants",
    "count_click",
    "erase_customer",
    "forget_advocates",
    "forget_marks",
    "forget_old_marks",
    "forget_sent",
    "invite",
    "invites",
    "join",
    "judge_many",
    "note_marks",
    "note_senders",
    "note_who_came",
    "reconsider",
    "reject",
    "rejudge_people",
    "save",
]
