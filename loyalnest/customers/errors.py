"""What can go wrong with a customer."""

from loyalnest.kernel.errors import Conflict, Invalid, NotFound


class CustomerNotFound(NotFound):
    """There is no such customer."""


class NothingToIdentify(Invalid):
    """Give a valid e-mail, a verified phone or a provider's id; nothing here names a customer."""


class CustomerGone(Conflict):
    """Everything about this customer was erased on request; only the books remain."""


class MergeImpossible(Conflict):
    """These two can't be merged: give two different customers that are not merged yet."""


class MergeNotFound(NotFound):
    """There is no such merge."""


class MergeCovered(Conflict):
    """The customer that was kept has itself been merged since; undo that merge first."""


class CandidateNotFound(NotFound):
    """These two were never offered for merging."""


class ErasureUnconfirmed(Invalid):
    """Repeat the customer's id in `confirm`: what is erased does not come back."""


class OneQuestion(Invalid):
    """Ask by one of q, email, phone, external_id and id, or by tier and segment."""


class BirthdayGiven(Conflict):
    """This customer's birthday is known already; somebody on the staff can correct it."""


class BirthdayImpossible(Invalid):
    """This can't be a birthday: give a day in the past, after 1900."""


class CustomerMergedAway(Conflict):
    """This customer was merged into another; change that one."""
