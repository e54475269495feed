"""What can go wrong with the words of messages."""

from loyalnest.kernel.errors import Conflict, Invalid, NotFound


class TemplateNotFound(NotFound):
    """There is no such template: look at the list of occasions, and where each makes sense."""


class TemplateVersionNotFound(NotFound):
    """There is no such version of this template."""


class TemplateStale(Conflict):
    """Somebody else has changed this template since you read it; look at it again."""


class TemplateEmpty(Invalid):
    """Write something here, or put the original back."""


class TemplateTooLong(Invalid):
    """This is too long for the place where it stands."""


class TemplateNotPlain(Invalid):
    """Write plain text: no HTML, and no characters that can't be seen."""


class TemplateUnreadable(Invalid):
    """Something in double braces or percent signs can't be read; write it as `{{ points }}`."""


class TemplateForbidden(Invalid):
    """A template can fill in variables and ask whether they are there, and nothing else."""


class VariableUnknown(Invalid):
    """Nothing is filled in under this name on this occasion."""


class FilterUnknown(Invalid):
    """There is no such filter, or it doesn't go with what the variable holds."""


class PluralUnfit(Invalid):
    """Write a plural with the forms of the language, `other` among them."""


class ConditionUneven(Invalid):
    """A condition begins and ends in one paragraph, or stands around whole ones."""


class LinkUnsafe(Invalid):
    """A link leads to a link of the occasion, or to an address with `https://`."""


class PartUnfit(Invalid):
    """This channel has no such part."""


class WhatsappUnfit(Invalid):
    """A WhatsApp template has no conditions, and neither begins nor ends with a variable."""


class VariableMissing(Invalid):
    """Something that has to be filled in is missing."""


class VariableUnfit(Invalid):
    """Something that is to be filled in is not what the occasion says."""


class SubjectUnsafe(Invalid):
    """A subject is one line without characters that can't be seen."""
