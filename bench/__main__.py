"""`python -m bench [NAME …] [--quick]`: measure, print the table, write bench/results.json."""

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import uvloop
from rich.console import Console
from rich.table import Table

from bench import (
    activity,
    books,
    callbacks,
    dashboard_lighthouse,
    dashboard_size,
    earn,
    end_to_end,
    enrol_size,
    exposures,
    growth,
    hot_customer,
    intake,
    loyalty_page,
    memory,
    opt_out,
    pass_push,
    pass_sign,
    program_rate,
    redeem,
    render_mail,
    scan,
    search_1m,
    send_50k,
    send_50k_batches,
    send_80,
    shop_dashboard,
    stamp,
    stock_100,
    verify_1m,
    widget_config,
    widget_effect,
    widget_size,
)
from bench.figure import Figure, Measured, Run
from bench.machine import commit, hardware

FIGURES = [
    module.FIGURE
    for module in (
        intake,
        books,
        end_to_end,
        program_rate,
        earn,
        hot_customer,
        verify_1m,
        growth,
        memory,
        dashboard_size,
        dashboard_lighthouse,
        redeem,
        stamp,
        stock_100,
        search_1m,
        send_50k,
        send_50k_batches,
        send_80,
        opt_out,
        activity,
        shop_dashboard,
        exposures,
        loyalty_page,
        widget_config,
        widget_size,
        enrol_size,
        widget_effect,
        render_mail,
        callbacks,
        pass_sign,
        pass_push,
        scan,
    )
]
RESULTS = Path(__file__).with_name("results.json")
QUICK_RESULTS = Path(__file__).with_name("results.local.json")


def main() -> int:
    """Measure what was asked for; the status says whether every goal was met."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="figures; all without any")
    parser.add_argument("--quick", action="store_true", help="only to see that everything runs")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - {figure.name for figure in FIGURES}
    if unknown:
        parser.error(f"there is no figure {', '.join(sorted(unknown))}")
    console = Console()
    for figure in FIGURES:
        if not arguments.names or figure.name in arguments.names:
            console.print(f"Measuring {figure.name} …", style="dim")
            write(figure, asyncio.run(_measure(figure, arguments.quick)), quick=arguments.quick)
    results = read(QUICK_RESULTS if arguments.quick else RESULTS)
    console.print(_table(results))
    return 0 if all(result["met"] for result in results) else 1


async def _measure(figure: Figure, quick: bool) -> Measured:
    # Beside the code, because /tmp may be memory, where a commit costs nothing.
    folder = Path(__file__).parent
    with tempfile.TemporaryDirectory(prefix=".run-", dir=folder) as scratch:
        return await figure.measure(Run(Path(scratch), quick))


def write(figure: Figure, measured: Measured, *, quick: bool) -> None:
    """Put one result into the file, in the place of an earlier one."""
    path = QUICK_RESULTS if quick else RESULTS
    result = {
        "name": figure.name,
        "value": round(measured.value, 3),
        "unit": figure.unit,
        "limit": None if measured.limit is None else round(measured.limit, 3),
        "ratio": None if measured.ratio is None else round(measured.ratio, 3),
        "goal": figure.goal.text,
        "met": figure.goal.met_by(measured),
        "hardware": hardware(),
        "commit": commit(),
        "note": measured.note,
    }
    others = {old["name"]: old for old in read(path)}
    others[figure.name] = result
    in_order = [others[known.name] for known in FIGURES if known.name in others]
    path.write_text(json.dumps(in_order, indent=2) + "\n")


def read(path: Path) -> list[dict[str, Any]]:
    """The results so far."""
    return json.loads(path.read_text()) if path.exists() else []


def _table(results: list[dict[str, Any]]) -> Table:
    table = Table("figure", "value", "limit", "ratio", "goal", "met", "note")
    for result in results:
        table.add_row(
            result["name"],
            f"{result['value']:,.1f} {result['unit']}",
            "" if result["limit"] is None else f"{result['limit']:,.1f}",
            "" if result["ratio"] is None else f"{result['ratio']:.2f}",
            result["goal"],
            "yes" if result["met"] else "[red]no[/red]",
            result["note"],
        )
    return table


if __name__ == "__main__":
    uvloop.install()
    sys.exit(main())
