"""The rails that keep a journey from doing harm: each has a code of its own."""

from decimal import Decimal

from loyalnest import templates
from loyalnest.journeys import errors
from loyalnest.journeys.trials import WordsTrial
from loyalnest.journeys.values import Inactivity, JourneyPlan, Tell

DAYS = (7, 30)
"""Without an order: before a week nobody is missed, after a month the shop is forgotten."""
DISCOUNT = (Decimal(5), Decimal(50))
"""Per cent that a journey may take off: less moves nobody, more is mostly a slip of the finger."""
NAME = (3, 255)
TEXT = (10, 1_000)


def check(plan: JourneyPlan) -> None:
    """Raises InactivityOutOfBounds, NameOutOfBounds, TextOutOfBounds, and what saving a template
    does."""
    days = plan.trigger.days if isinstance(plan.trigger, Inactivity) else None
    if days is not None and not DAYS[0] <= days <= DAYS[1]:
        raise errors.InactivityOutOfBounds(fields={"plan.trigger.days": "is not 7 to 30"})
    if not NAME[0] <= len(plan.name.strip()) <= NAME[1]:
        raise errors.NameOutOfBounds(fields={"plan.name": "has not 3 to 255 characters"})

    for number, step in enumerate(plan.steps):
        if isinstance(step, Tell) and step.trial:
            _check_trial(f"plan.steps.{number}.trial", step, step.trial)


def _check_trial(field: str, step: Tell, trial: WordsTrial) -> None:
    channel = templates.Channel(step.channels[0])
    for variant in trial.variants:
        for language, said in variant.words.items():
            if said.body is not None and not TEXT[0] <= len(said.body.strip()) <= TEXT[1]:
                where = f"{field}.{variant.key}.{language}.body"
                raise errors.TextOutOfBounds(fields={where: "has not 10 to 1,000 characters"})
            rewording = templates.Rewording(language, said.subject, said.body)
            templates.check_rewording(step.occasion, channel, rewording)


def check_discount(percent: Decimal | None) -> None:
    """Raises DiscountOutOfBounds."""
    if percent is not None and not DISCOUNT[0] <= percent <= DISCOUNT[1]:
        raise errors.DiscountOutOfBounds
