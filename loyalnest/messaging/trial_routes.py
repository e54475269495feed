"""REST: a merchant sends themselves a test, and sees what became of the latest."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import templates
from loyalnest.kernel.http import PROBLEMS, Caller, Db, Now, Page, entitled, tenant
from loyalnest.kernel.ids import to_wire
from loyalnest.kernel.languages import LANGUAGES
from loyalnest.messaging import trying
from loyalnest.messaging.ports import Offer
from loyalnest.messaging.trying import Ending, Trial, Tried
from loyalnest.messaging.values import Channel, Provider, Reason

TEST_PREFIX = "tst"
_SPOKEN = f"^({'|'.join(LANGUAGES)})$"
Reading = Annotated[AsyncSession, tenant("program:read")]
Writer = Annotated[Caller, entitled("program:write")]


class NewTest(BaseModel):
    """What to try, and where to."""

    model_config = ConfigDict(extra="forbid")

    channel: Channel
    to: Annotated[str, Field(min_length=3, max_length=320)]
    occasion: templates.Occasion = templates.Occasion.WELCOME
    language: Annotated[str, Field(pattern=_SPOKEN)] | None = Field(
        default=None, description="One of the product's languages; null: yours."
    )
    words: templates.WordsView | None = Field(
        default=None, description="Words that are not saved yet; null: those that count."
    )
    variables: dict[Annotated[str, Field(max_length=40)], Any] | None = Field(
        default=None, max_length=40, description="What to fill in; null: samples."
    )

    def trial(self) -> Trial:
        words = self.words.words() if self.words else None
        return Trial(self.channel, self.to, self.occasion, self.language, words, self.variables)


class TestView(BaseModel):
    """A test, and what became of it."""

    id: str
    provider: Provider
    channel: Channel
    occasion: str
    language: str
    to: str = Field(description="As much of the address as tells it from others.")
    outcome: Ending | None = Field(
        description="`taken`: the provider has it; `unclear`: it may have; null: it was cut short."
    )
    reason: Reason | None
    code: str | None = Field(description="The provider's own code.")
    sent_at: datetime
    sent_by: str

    @classmethod
    def of(cls, it: Tried) -> "TestView":
        return cls(
            id=to_wire(TEST_PREFIX, it.id),
            provider=it.provider,
            channel=it.channel,
            occasion=it.occasion,
            language=it.language,
            to=it.to,
            outcome=it.outcome,
            reason=it.reason,
            code=it.code,
            sent_at=it.sent_at,
            sent_by=it.sent_by,
        )


def add_tests(
    router: APIRouter,
    offers: Mapping[Provider, Offer],
    *,
    address: str,
    units: templates.UnitNames | None,
) -> None:
    """The routes of tests; `address` is the installation's."""

    @router.post("/tests", operation_id="send_test_message", status_code=201, responses=PROBLEMS)
    async def send_test_message(body: NewTest, database: Db, caller: Writer, now: Now) -> TestView:
        """Send yourself a message with sample data, marked as a test, and see what became of it.

        It counts in no report and for no limit of customers'. Twenty an hour at most.
        """
        tried = await trying.try_out(
            database,
            caller.merchant_id,
            body.trial(),
            offers=dict(offers),
            address=address,
            units=units,
            actor=caller.actor,
            now=now,
        )
        return TestView.of(tried)

    @router.get("/tests", operation_id="list_test_messages")
    async def list_test_messages(session: Reading) -> Page[TestView]:
        """The latest tests, and what became of them."""
        return Page(items=[TestView.of(it) for it in await trying.latest(session)])

    _ = send_test_message, list_test_messages
