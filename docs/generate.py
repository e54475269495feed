"""Writes the pages that can be read off the program: `make docs`; with `--check` only compares.

Commands, settings, error codes, events and schemas under reference/, the index of decisions, and
the table of figures in the README, which `bench/results.json` feeds.
"""

import importlib
import itertools
import json
import pkgutil
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer

import loyalnest
from loyalnest import campaigns, staff
from loyalnest.entrypoints import doors
from loyalnest.entrypoints.cli import app
from loyalnest.entrypoints.http import openapi_json, permissions, rest_api
from loyalnest.kernel import errors
from loyalnest.kernel.events import Event
from loyalnest.kernel.settings import Settings

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
GENERATED = "<!-- Written by `make docs`; edit the program instead. -->\n\n"
FIGURES = re.compile(r"(<!-- figures: .*? -->\n).*?(<!-- end of figures -->)", re.DOTALL)
KINDS = {
    errors.Invalid: "invalid",
    errors.Unauthenticated: "unauthenticated",
    errors.Forbidden: "forbidden",
    errors.NotFound: "not found",
    errors.Conflict: "conflict",
    errors.Unavailable: "unavailable",
    errors.RateLimited: "rate limited",
}


def main(arguments: list[str]) -> int:
    """Write what has changed; with `--check` say what would be, and fail if anything."""
    import_everything()
    fresh = pages()
    stale = [path for path in fresh if not path.exists() or path.read_text() != fresh[path]]
    for path in stale:
        if "--check" in arguments:
            sys.stderr.write(f"{path.relative_to(ROOT)} is out of date: run `make docs`\n")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(fresh[path])
            sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")
    return 1 if stale and "--check" in arguments else 0


def pages() -> dict[Path, str]:
    """Every generated page, by where it goes."""
    return {
        DOCS / "reference/cli.md": commands_page(),
        DOCS / "reference/settings.md": settings_page(),
        DOCS / "reference/errors.md": errors_page(),
        DOCS / "reference/events.md": events_page(),
        DOCS / "reference/openapi.json": api_description(),
        DOCS / "reference/permissions.md": permissions_page(),
        DOCS / "reference/campaign-rule.schema.json": campaign_rule_schema(),
        DOCS / "decisions/README.md": decisions_page(),
        ROOT / "README.md": readme(),
    }


def import_everything() -> None:
    """Import the whole program, so that every error and event is known."""
    for module in pkgutil.walk_packages(loyalnest.__path__, "loyalnest."):
        if not module.name.endswith(("__main__", "keeper", "launch")):
            importlib.import_module(module.name)


def commands_page() -> str:
    """Every command with its arguments and options."""
    root = typer.main.get_command(app)
    parts = ["# Commands\n", GENERATED.rstrip() + "\n"]
    parts.append("Run as `.venv/bin/loyalnest` once `make run` has run, or `uv run loyalnest`.\n")
    for name, command in _commands("loyalnest", root):
        context = typer.Context(command, info_name=name)
        usage = " ".join([name, *command.collect_usage_pieces(context)])
        parts.append(f"## {name}\n\n{_plain(command.help)}\n\n    {usage}\n")
        rows = [_parameter(parameter, context) for parameter in command.params]
        rows = [row for row in rows if row]
        if rows:
            parts.append("| | |\n|---|---|\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def settings_page() -> str:
    """Every setting with its default."""
    rows = [
        f"| `LOYALNEST_{name.upper()}` | {_default(field.get_default(call_default_factory=True))} "
        f"| {_plain(field.description)} |"
        for name, field in Settings.model_fields.items()
    ]
    return (
        f"# Settings\n\n{GENERATED}Read from the environment when a process starts.\n\n"
        "| setting | default | |\n|---|---|---|\n" + "\n".join(rows) + "\n"
    )


def errors_page() -> str:
    """Every error code with its message."""
    known = sorted({(cls().code, cls) for cls in _subclasses(errors.DomainError)}, key=_first)
    rows = [
        f"| `{code}` | {_kind(cls)} | {_plain(cls.__doc__)} |"
        for code, cls in known
        if cls not in KINDS or cls is errors.Unauthenticated or cls is errors.RateLimited
    ]
    return (
        f"# Error codes\n\n{GENERATED}Codes are stable; messages may say more in the case at hand. "
        "On the wire an error is a problem document (RFC 9457) with `code` and `detail`.\n\n"
        "| code | kind | message |\n|---|---|---|\n" + "\n".join(rows) + "\n"
    )


def events_page() -> str:
    """Every event with its fields."""
    kinds = sorted((c for c in _subclasses(Event) if hasattr(c, "type")), key=lambda c: c.type)
    kinds = [kind for kind in kinds if kind.__module__.startswith("loyalnest.")]
    parts = [f"# Events\n\n{GENERATED}Every event has an id, a position in the log, `customer_id` "]
    parts[0] += "where it is about one, `occurred_at` and `recorded_at`. Fields are only added.\n"
    for kind in kinds:
        own = [name for name in kind.__struct_fields__ if name not in Event.__struct_fields__]
        fields = ", ".join(f"`{name}`" for name in own) or "none of its own"
        parts.append(f"## {kind.type}\n\n{_plain(kind.__doc__)}\n\nData: {fields}.\n")
    return "\n".join(parts)


def api_description() -> str:
    """The REST API as OpenAPI 3.1."""
    settings = Settings(_env_file=None)  # pyright: ignore[reportCallIssue]
    return openapi_json(rest_api(doors.description(settings), settings))


def campaign_rule_schema() -> str:
    """The JSON Schema of a campaign's rule, which the API hands out too."""
    return json.dumps(campaigns.rule_schema(), indent=2, ensure_ascii=False) + "\n"


def permissions_page() -> str:
    """Every operation and who may use it, and what each role's scopes are."""
    roles = list(staff.SCOPES_OF)
    parts = [
        f"# Permissions\n\n{GENERATED}Who may use which operation of the REST API. `yes` for an "
        "API key means: for one that has the scope. What is not allowed is answered with 403, or "
        "with 401 when nobody is known to ask; another merchant's things with 404, as if they "
        "weren't there. A test asks every operation as every one of these and compares.\n",
        "## Scopes of the roles\n",
        f"| scope | {' | '.join(roles)} |\n|---|{'---|' * len(roles)}",
    ]
    parts += [
        f"| `{scope}` | {' | '.join(_yes(scope in staff.SCOPES_OF[role]) for role in roles)} |"
        for scope in staff.Scope
    ]
    found = sorted(
        permissions(json.loads(api_description())),
        key=lambda one: (one.group, one.path, one.method),
    )
    for group, members in itertools.groupby(found, key=lambda one: one.group):
        rows = list(members)
        columns = list(rows[0].allowed)
        parts.append(f"\n## {group}\n\n| operation | | scope | {' | '.join(columns)} |")
        parts.append(f"|---|---|---|{'---|' * len(columns)}")
        parts += [
            f"| `{row.operation}` | `{row.method} {row.path}` | "
            f"{f'`{row.scope}`' if row.scope else ''} | "
            f"{' | '.join(_yes(row.allowed[column]) for column in columns)} |"
            for row in rows
        ]
    return "\n".join(parts) + "\n"


def _yes(allowed: bool) -> str:
    return "yes" if allowed else "–"


def decisions_page() -> str:
    """The index of decisions."""
    decided = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    rows = [f"- [{_title(page)}]({page.name})" for page in decided]
    return (
        f"# Decisions\n\n{GENERATED}One page each: the question, what was tried, what we do. "
        "A new one starts from [the template](template.md).\n\n" + "\n".join(rows) + "\n"
    )


def readme() -> str:
    """The README with the newest figures."""
    text = (ROOT / "README.md").read_text()
    results = ROOT / "bench/results.json"
    if not results.exists():
        return text
    figures: list[dict[str, Any]] = json.loads(results.read_text())
    rows = [
        f"| {figure['name']} | {_number(figure['value'])} {figure['unit']} "
        f"| {_number(figure['limit'])} | {_number(figure['ratio'])} | {figure['goal']} "
        f"| {'yes' if figure['met'] else 'no'} |"
        for figure in figures
    ]
    places = sorted({f"{figure['hardware']}, commit {figure['commit']}" for figure in figures})
    table = (
        "| figure | value | limit | ratio | goal | met |\n|---|---:|---:|---:|---|---|\n"
        + "\n".join(rows)
        + f"\n\nMeasured on {'; '.join(places)}.\n"
    )
    return FIGURES.sub(lambda found: found[1] + table + found[2], text)


def _commands(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    children: Mapping[str, Any] | None = getattr(command, "commands", None)
    if children is None:
        yield name, command
        return
    for child_name, child in sorted(children.items()):
        yield from _commands(f"{name} {child_name}", child)


def _parameter(parameter: Any, context: typer.Context) -> str | None:
    if getattr(parameter, "hidden", False):
        return None
    record = parameter.get_help_record(context)
    if record is None:
        return f"| `{parameter.human_readable_name}` | {_plain(getattr(parameter, 'help', ''))} |"
    return f"| `{record[0]}` | {_plain(record[1])} |".replace("  [", " [")


def _subclasses(cls: type[Any]) -> Iterator[type[Any]]:
    for child in cls.__subclasses__():
        yield child
        yield from _subclasses(child)


def _kind(cls: type[errors.DomainError]) -> str:
    return next((name for kind, name in KINDS.items() if issubclass(cls, kind)), "error")


def _first(pair: tuple[str, Any]) -> str:
    return pair[0]


def _default(value: object) -> str:
    return "unset" if value is None else f"`{value}`"


def _plain(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


def _title(page: Path) -> str:
    return page.read_text().split("\n", 1)[0].removeprefix("# ")


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
