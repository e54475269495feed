"""The door by which providers tell what became of messages, and what becomes of what they tell."""

from collections.abc import Sequence

from starlette.routing import Route

from loyalnest import messaging
from loyalnest.integrations import klaviyo, mailchimp, meta, postscript, reports, ses, twilio
from loyalnest.integrations.reports import Reports
from loyalnest.kernel import clock, inbox
from loyalnest.kernel.database import Database
from loyalnest.kernel.settings import Settings


def providers() -> Sequence[inbox.Provider]:
    """For the inbox: what becomes of reports."""
    return [reports.provided(each) for each in _reports(ses.fetch)]


def door(
    intake: inbox.Intake,
    database: Database,
    settings: Settings,
    *,
    fetch: ses.Fetch = ses.fetch,
) -> Route:
    """Where providers report to. `fetch` gets what one of them names by its address."""

    async def find_account(
        provider: messaging.Provider, sender_id: messaging.SenderId
    ) -> messaging.Account | None:
        async with database.platform() as session:
            merchant_id = await messaging.find_merchant_of(session, sender_id)
        if merchant_id is None:
            return None
        async with database.tenant(merchant_id) as session:
            sender = await messaging.get_sender(session, sender_id)
            if sender.provider is not provider:
                return None
            return await messaging.account_of(session, sender, address=settings.address)

    return reports.route(
        intake,
        find_account,
        _reports(fetch),
        address=settings.address,
        limit=settings.webhook_max_bytes,
        clock=clock.now,
    )


def _reports(fetch: ses.Fetch) -> Sequence[Reports]:
    return (
        ses.SesReports(ses.Certificates(fetch)),
        mailchimp.REPORTS,
        klaviyo.REPORTS,
        twilio.REPORTS,
        meta.REPORTS,
        postscript.REPORTS,
    )
