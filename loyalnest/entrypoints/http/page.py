"""The API's description as one page of plain HTML: no script, no other server, good to print."""

import json
from collections.abc import Iterable, Mapping
from html import escape
from itertools import groupby
from typing import Any

_METHODS = ("get", "post", "put", "patch", "delete")
_DEEPEST = 6

STYLE = """\
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: #0b6e5e; }
@media (prefers-color-scheme: dark) { :root { --accent: #5fd0bc; } }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 62rem; padding: 1rem; }
h1, h2, h3 { line-height: 1.2; }
h2 { border-bottom: 1px solid var(--line); margin-top: 3rem; padding-bottom: .3rem; }
code, pre { font: 14px/1.45 ui-monospace, monospace; }
pre { background: var(--soft); border-radius: 6px; overflow-x: auto; padding: .75rem; }
article { border: 1px solid var(--line); border-radius: 8px; margin: 1rem 0; padding: 0 1rem; }
summary { cursor: pointer; padding: .75rem 0; }
summary code { font-weight: 600; }
.method { color: var(--accent); display: inline-block; min-width: 4.5rem; }
.scope { border: 1px solid var(--line); border-radius: 1rem; font-size: .85rem; padding: 0 .5rem; }
table { border-collapse: collapse; margin: .5rem 0 1rem; width: 100%; }
th, td { border-top: 1px solid var(--line); padding: .35rem .5rem .35rem 0; text-align: left;
         vertical-align: top; }
th { font-weight: 600; width: 16rem; overflow-wrap: anywhere; }
a { color: var(--accent); }
"""


def render(document: Mapping[str, Any]) -> str:
    """The page for an OpenAPI document."""
    info = document["info"]
    operations = sorted(_operations(document), key=lambda each: each[0])
    sections = [(tag, list(group)) for tag, group in groupby(operations, key=lambda each: each[0])]
    links = " · ".join(f'<a href="#{_anchor(tag)}">{escape(tag)}</a>' for tag, _ in sections)
    body = "".join(
        f'<h2 id="{_anchor(tag)}">{escape(tag)}</h2>'
        + "".join(_operation(document, method, path, each) for _, method, path, each in group)
        for tag, group in sections
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(info['title'])} API</title>"
        '<link rel="stylesheet" href="/docs/style.css"></head><body>'
        f"<header><h1>{escape(info['title'])} API {escape(info['version'])}</h1>"
        f"<p>{escape(info.get('summary', ''))} For programs: "
        '<a href="/openapi.json">OpenAPI 3.1</a>.</p></header>'
        f"<main>{_prose(info.get('description', ''))}<nav>{links}</nav>{body}</main></body></html>"
    )


def _operations(document: Mapping[str, Any]) -> Iterable[tuple[str, str, str, dict[str, Any]]]:
    for path, item in document.get("paths", {}).items():
        for method in _METHODS:
            if method in item:
                yield item[method].get("tags", ["Other"])[0], method, path, item[method]


def _operation(
    document: Mapping[str, Any], method: str, path: str, operation: Mapping[str, Any]
) -> str:
    name = escape(operation["operationId"])
    scopes = [scope for each in operation.get("security", []) for scope in each.get("bearer", [])]
    marks = "".join(f' <span class="scope">{escape(scope)}</span>' for scope in scopes)
    about, _, more = operation.get("description", "").strip().partition("\n\n")
    parts = [
        _prose(more),
        _parameters(operation.get("parameters", [])),
        _content(document, "Request", operation.get("requestBody", {}).get("content", {})),
        _responses(document, operation["responses"]),
    ]
    return (
        f'<article id="{name}"><details><summary><code><span class="method">{method.upper()}</span>'
        f"{escape(path)}</code>{marks}<br>{_marked(about)}</summary>"
        f"{''.join(parts)}</details></article>"
    )


def _parameters(parameters: Iterable[Mapping[str, Any]]) -> str:
    rows = [
        (
            f"<code>{escape(each['name'])}</code> in {escape(each['in'])}"
            + (", required" if each.get("required") else ""),
            escape(each.get("description", "")),
        )
        for each in parameters
    ]
    return _table("Parameters", rows)


def _responses(document: Mapping[str, Any], responses: Mapping[str, Any]) -> str:
    good = [
        _content(document, f"Answer {status}", response.get("content", {}))
        for status, response in responses.items()
        if status.startswith("2")
    ]
    rows = [
        (escape(status), escape(response.get("description", "")))
        for status, response in sorted(responses.items())
        if not status.startswith("2")
    ]
    return "".join(good) + _table("Failures", rows)


def _content(document: Mapping[str, Any], title: str, content: Mapping[str, Any]) -> str:
    schema = content.get("application/json", {}).get("schema")
    if not schema:
        kinds = " or ".join(f"<code>{escape(kind)}</code>" for kind in content)
        return f"<h3>{escape(title)}</h3><p>{kinds}</p>" if kinds else ""
    example = json.dumps(_example(document, schema, 0), indent=2, ensure_ascii=False)
    return f"<h3>{escape(title)}</h3><pre>{escape(example)}</pre>"


def _table(title: str, rows: list[tuple[str, str]]) -> str:
    if not rows:
        return ""
    lines = "".join(f'<tr><th scope="row">{name}</th><td>{text}</td></tr>' for name, text in rows)
    return f"<h3>{escape(title)}</h3><table>{lines}</table>"


def _example(document: Mapping[str, Any], schema: Mapping[str, Any], depth: int) -> Any:
    """A value that shows the shape of a schema."""
    schema = _resolved(document, schema)
    for shown in (schema.get("examples"), [schema["default"]] if "default" in schema else None):
        if shown:
            return shown[0]
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return _example(document, schema[choice][0], depth)
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    kind = schema.get("type")
    if kind == "object" and depth < _DEEPEST:
        properties: Mapping[str, Any] = schema.get("properties", {})
        return {name: _example(document, each, depth + 1) for name, each in properties.items()}
    if kind == "array" and depth < _DEEPEST:
        return [_example(document, schema.get("items", {}), depth + 1)]
    by_format = {"date-time": "2026-11-20T12:00:00Z", "date": "2026-11-20"}
    plain: dict[str, Any] = {"integer": 1, "number": 1, "boolean": True, "null": None}
    return plain.get(str(kind), by_format.get(schema.get("format", ""), "…"))


def _resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    name = reference.rsplit("/", 1)[-1]
    return document["components"]["schemas"].get(name, {})


def _prose(text: str) -> str:
    """Paragraphs and lists, code in back-ticks and strong words: the little that is used."""
    blocks = [block for block in text.strip().split("\n\n") if block]
    return "".join(_block(block) for block in blocks)


def _block(block: str) -> str:
    if block.startswith("- "):
        items = block[2:].split("\n- ")
        return "<ul>" + "".join(f"<li>{_marked(item)}</li>" for item in items) + "</ul>"
    return f"<p>{_marked(block)}</p>"


def _marked(text: str) -> str:
    pieces = escape(text).split("`")
    prose = [_strong(piece) for piece in pieces[::2]]
    code = [f"<code>{piece}</code>" for piece in pieces[1::2]] + [""]
    return "".join(word for pair in zip(prose, code, strict=False) for word in pair)


def _strong(text: str) -> str:
    pieces = text.split("**")
    return "".join(f"<strong>{each}</strong>" if i % 2 else each for i, each in enumerate(pieces))


def _anchor(text: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in text.lower())
