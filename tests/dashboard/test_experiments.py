"""An experiment's whole life, by hand: planned, started, met, found out about and ended."""

from datetime import timedelta

from playwright.async_api import Page, expect

from loyalnest import experiments, storefront
from loyalnest.experiments import Experiment
from loyalnest.kernel import clock
from tests.dashboard.conftest import Site
from tests.experiments.cast import meeting, meets

LONG_AGO = timedelta(days=3)


async def newest(site: Site) -> Experiment:
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        (found,) = await experiments.list_experiments(session, limit=1)
    return found


async def visit(site: Site, experiment: Experiment, variant: str, count: int, clicking: int):
    """So many visitors met a variant three days ago."""
    people = meeting(experiment, variant, count)
    then = clock.now() - LONG_AGO
    await meets(site.shop, experiment, variant, people, clicking=clicking, now=then)


async def test_an_experiment_is_planned_started_met_found_out_about_and_ended(
    site: Site, page: Page
) -> None:
    await page.goto(site.at("/experiments"))
    await expect(page.get_by_text("No experiments yet")).to_be_visible()
    await page.get_by_role("link", name="New experiment").click()
    await page.get_by_label("Name").fill("Say what it is worth")
    await page.get_by_label("Words on the button").fill("Your 5 pounds")
    await page.get_by_label("Add a language").select_option("de")
    await page.get_by_label("Words on the button (Deutsch)").fill("Deine 5 Pfund")
    plan = page.locator("form output")
    await page.get_by_label("Reach the goal today, %").fill("10")
    await expect(plan).to_contain_text("Visitors needed: 3,841 + 3,841 = 7,682")
    await expect(plan).to_contain_text("It has not been seen in the last four weeks")
    await page.get_by_label("Difference worth knowing, points").fill("60")
    await expect(plan).not_to_contain_text("3,841")
    await page.get_by_role("button", name="Save as draft").click()
    await page.get_by_role("link", name="Edit experiment").click()
    await page.get_by_label("Name").fill("Say it in pounds")
    await page.get_by_role("button", name="Save as draft").click()
    await expect(page.get_by_role("heading", name="Say it in pounds")).to_be_visible()

    await page.get_by_role("button", name="Start").click()
    await page.get_by_role("dialog").get_by_role("button", name="Start").click()
    await expect(page.get_by_text("Too early to say")).to_be_visible()
    experiment = await newest(site)
    assert experiment.design.variants[1].translations == {"de": {"launcher": "Deine 5 Pfund"}}
    needed = experiment.needed["a"]
    await visit(site, experiment, "a", needed, 1)
    await visit(site, experiment, "b", needed - 1, needed - 1)
    await page.reload()
    await expect(page.get_by_role("progressbar")).to_have_attribute(
        "aria-valuenow", str(needed - 1)
    )
    # Whatever it looks like: nothing is said before the plan is reached.
    await expect(page.get_by_text("Too early to say")).to_be_visible()
    await expect(page.get_by_text("works better")).to_have_count(0)
    await visit(site, experiment, "b", needed, needed)
    await page.reload()
    await expect(page.get_by_text("Variant B works better")).to_be_visible()
    await page.get_by_role("button", name="End now").click()
    await page.get_by_role("dialog").get_by_role("button", name="End now").click()
    await expect(page.get_by_role("heading", level=1).locator("..")).to_contain_text("Ended")

    await page.goto(site.at("/experiments"))
    await expect(page.get_by_role("row", name="Say it in pounds")).to_contain_text("Ended")
    await page.get_by_role("link", name="Usage").click()
    row = page.get_by_role("row", name="The button in the corner")
    await expect(row).to_contain_text(f"{2 * needed}")
    await expect(row).to_contain_text("aim 10%")


async def test_a_nudge_is_tried_by_the_name_that_staff_gave_it(site: Site, page: Page) -> None:
    terms = storefront.NudgeTerms(
        kind=storefront.NudgeKind.STICKY_BAR,
        name="Bar about postage",
        words=storefront.Words(title="Sent for nothing"),
    )
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        await storefront.create_nudge(
            session, terms, state=storefront.ContentState.ACTIVE, actor="test", now=clock.now()
        )
    await page.goto(site.at("/experiments/new"))
    await page.get_by_label("Name").fill("Say what postage costs")
    await page.get_by_label("What is tried").select_option(label="Bar about postage")
    await page.get_by_label("Title").fill("Keep 4 pounds of postage")
    await page.get_by_role("button", name="Save as draft").click()
    await expect(page.get_by_role("heading", name="Say what postage costs")).to_be_visible()
    await expect(page.get_by_text("Bar about postage")).to_be_visible()
    await expect(page.get_by_text("Keep 4 pounds of postage")).to_be_visible()
    draft = await newest(site)
    assert draft.design.subject.startswith("nudge:ndg_")
    assert draft.design.goal.element == draft.design.subject
