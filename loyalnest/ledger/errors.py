"""What can go wrong in the books."""

from loyalnest.kernel import errors


class InsufficientPoints(errors.Conflict):
    """The account does not hold that many points; ask for less, or wait until more arrive."""


class KeyReused(errors.Conflict):
    """This key was used before with another request; send the new request under a new key."""


class UnitUnknown(errors.NotFound):
    """This merchant has no such unit; `GET /v1/api/units` lists those there are."""


class UnitExists(errors.Conflict):
    """This merchant already has a unit of that code; choose another code."""


class EntryUnknown(errors.NotFound):
    """There is no such entry in this merchant's books."""


class NotReversible(errors.Invalid):
    """This entry can't be put back: name a redemption, and no more than is left of it."""


class MeaninglessPosting(errors.Invalid):
    """The amount does not fit the kind of posting."""


class StillMerged(errors.Conflict):
    """This merge lies below a later one; undo the later one first."""
