"""Turns the published invoice lines into the order log that `make run` replays.

    python data/online-retail/make_log.py online_retail_2010-12_2011-12.csv.gz 2011-06-01

Reads the lines as they were published, keeps the invoices from the given day on, and writes
`orders.jsonl.gz` beside itself: one order or refund a line, in the order in which they happened.
The same input always gives the same bytes. What is left out is counted and printed; the README
says why.
"""

import csv
import gzip
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

POSTAGE = {"POST", "DOT", "C2"}
NOT_SOLD = {"AMAZONFEE", "BANK CHARGES", "CRUK", "B", "S"}
PENNY = Decimal("0.01")


@dataclass
class OrderLine:
    """What is still not taken back of one line of an order."""

    order: str
    index: int
    price: Decimal
    left: int


@dataclass
class Shop:
    """What the walk through the invoices remembers."""

    sold: defaultdict[tuple[str, str], list[OrderLine]] = field(
        default_factory=lambda: defaultdict(list)
    )
    left_out: Counter[str] = field(default_factory=Counter)


def main(source: Path, first_day: str) -> None:
    """Write the log and say what was left out."""
    shop = Shop()
    records = list(read_records(source, first_day, shop))
    target = Path(__file__).with_name("orders.jsonl.gz")
    with gzip.GzipFile(target, "wb", compresslevel=9, mtime=0) as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode())
            file.write(b"\n")
    kinds = Counter("refunds" if "refund" in record else "orders" for record in records)
    report(sys.stdout, target, kinds, shop.left_out)


def read_records(source: Path, first_day: str, shop: Shop) -> Iterator[dict[str, Any]]:
    """Orders and refunds, oldest first."""
    invoices: dict[str, list[dict[str, str]]] = defaultdict(list)
    with gzip.open(source, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            invoices[row["InvoiceNo"]].append(row)
    in_order = sorted(invoices.items(), key=lambda item: (item[1][0]["InvoiceDate"], item[0]))
    for number, rows in in_order:
        if rows[0]["InvoiceDate"] < first_day:
            continue
        if number.startswith("A"):
            shop.left_out["bad debt adjustments"] += 1
        elif number.startswith("C"):
            yield from refunds_of(number, rows, shop)
        else:
            yield from orders_of(number, rows, shop)


def orders_of(number: str, rows: list[dict[str, str]], shop: Shop) -> Iterator[dict[str, Any]]:
    """One invoice as an order; nothing for one that sold nothing."""
    lines: list[list[Any]] = []
    shipping = Decimal(0)
    for row in rows:
        quantity, price = int(row["Quantity"]), price_of(row)
        if quantity <= 0:
            shop.left_out["stock corrections"] += 1
        elif row["StockCode"] in NOT_SOLD:
            shop.left_out["fees and samples"] += 1
        elif row["StockCode"] in POSTAGE:
            shipping += price * quantity
        else:
            lines.append([row["StockCode"], title_of(row), quantity, str(price)])
    if not lines:
        shop.left_out["invoices that sold nothing"] += 1
        return
    customer = customer_of(rows)
    for index, (sku, _, quantity, price) in enumerate(lines):
        if customer:
            line = OrderLine(number, index, Decimal(price), quantity)
            shop.sold[customer, sku].append(line)
    record = {"order": number, **head_of(rows), "lines": lines}
    if shipping:
        record["shipping"] = str(shipping)
    yield record


def refunds_of(number: str, rows: list[dict[str, str]], shop: Shop) -> Iterator[dict[str, Any]]:
    """One cancellation as refunds, one for each order that it takes something back from."""
    customer = customer_of(rows)
    taken: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for row in rows:
        wanted = -int(row["Quantity"])
        bought = shop.sold[customer, row["StockCode"]] if customer else []
        for line in nearest_first(bought, price_of(row)):
            part = min(wanted, line.left)
            if part:
                line.left -= part
                wanted -= part
                taken[line.order][line.index] += part
        if wanted:
            shop.left_out["cancelled lines without an order (in whole or part)"] += 1
    for order, lines in sorted(taken.items()):
        pairs = [[index, quantity] for index, quantity in sorted(lines.items())]
        yield {"refund": number, "of": order, "at": head_of(rows)["at"], "lines": pairs}


def nearest_first(bought: list[OrderLine], price: Decimal) -> list[OrderLine]:
    """Lines at the same price before others, the newest first."""
    newest_first = bought[::-1]
    newest_first.sort(key=lambda line: line.price != price)
    return newest_first


def head_of(rows: list[dict[str, str]]) -> dict[str, str]:
    head = {"at": rows[0]["InvoiceDate"].replace(" ", "T")}
    customer = customer_of(rows)
    if customer:
        head["customer"] = customer
    return {**head, "country": rows[0]["Country"]}


def customer_of(rows: list[dict[str, str]]) -> str:
    return rows[0]["CustomerID"].removesuffix(".0")


def price_of(row: dict[str, str]) -> Decimal:
    return Decimal(row["UnitPrice"]).quantize(PENNY)


def title_of(row: dict[str, str]) -> str:
    return " ".join(row["Description"].split()) or row["StockCode"]


def report(out: TextIO, target: Path, kinds: Counter[str], left_out: Counter[str]) -> None:
    out.write(f"{target.name}: {target.stat().st_size:,} bytes\n")
    for what, count in kinds.items():
        out.write(f"{count:>8,} {what}\n")
    for what, count in sorted(left_out.items()):
        out.write(f"{count:>8,} left out: {what}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
