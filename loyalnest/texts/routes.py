"""REST: the product's texts, mended and reviewed language by language."""

import hashlib
import json
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.http import (
    PROBLEMS,
    InvalidCursor,
    Now,
    Page,
    Paging,
    SignedIn,
    page_of,
    tenant,
)
from loyalnest.kernel.languages import LANGUAGES
from loyalnest.texts import catalogue, queries, rules, service
from loyalnest.texts.schemas import LanguagesView, LanguageView, NewWords, TextView
from loyalnest.texts.values import State

router = APIRouter(prefix="/v1/api/texts", tags=["Texts"], responses=PROBLEMS)
Reading = Annotated[AsyncSession, tenant("program:read")]
Writing = Annotated[AsyncSession, tenant("program:write")]
_SPOKEN = f"^({'|'.join(LANGUAGES)})$"
Language = Annotated[str, Path(pattern=_SPOKEN, description="One of the product's languages.")]
Key = Annotated[str, Path(max_length=100, description="Section and name: `reward.title`.")]
# The browser asks each time whether it still holds: a mended text is seen at once by everybody.
_KEPT = "private, no-cache"


@router.get("", operation_id="list_texts")
async def list_texts(
    session: Reading,
    paging: Paging,
    language: Annotated[str, Query(pattern=_SPOKEN)],
    section: Annotated[
        list[str] | None, Query(max_length=100, description="Of these parts of the product.")
    ] = None,
    state: State | None = None,
    q: Annotated[
        str | None, Query(max_length=100, description="In the key, in English or in the language.")
    ] = None,
) -> Page[TextView]:
    """The texts of a language beside the English ones, in the order of the product's parts."""
    texts = await queries.texts_in(session, language)
    after = paging.after_text()
    if after is not None:
        keys = [it.english.key for it in texts]
        if after not in keys:
            raise InvalidCursor
        texts = texts[keys.index(after) + 1 :]
    found = [it for it in texts if rules.matches(it, sections=section, state=state, q=q)]
    return page_of(
        found,
        paging,
        show=lambda it: TextView.of(it, language),
        key=lambda it: (it.english.key,),
    )


@router.get("/languages", operation_id="list_languages")
async def list_languages(session: Reading) -> LanguagesView:
    """Every language of the product, and how much of it somebody has read."""
    found = await queries.progress(session)
    return LanguagesView(items=list(map(LanguageView.of, found)), sections=catalogue.sections())


@router.get(
    "/{language}/mended",
    operation_id="get_mended_texts",
    response_model=dict[str, dict[str, str]],
    responses={304: {"description": "Nothing has changed since `If-None-Match`."}},
)
async def get_mended_texts(
    language: Language,
    session: Reading,
    request: Request,
    reviewed: Annotated[
        bool, Query(description="Also what was read and left as it is: all that a person has seen.")
    ] = False,
) -> Response:
    """What you say in your own words, as a catalogue of the product has it.

    The dashboard lays it over the catalogue that it came with. With `reviewed` it is what to send
    to the project, should others have use for it.
    """
    found = queries.read_in if reviewed else queries.mended_in
    body = json.dumps(await found(session, language), ensure_ascii=False).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": _KEPT}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


@router.put("/{language}/{key}", operation_id="mend_text")
async def mend_text(
    language: Language, key: Key, body: NewWords, session: Writing, caller: SignedIn, now: Now
) -> TextView:
    """Say a text in your own words; everybody who works for you sees it from now on.

    The words of the original put it back and count as read.
    """
    forms = {str(form): words for form, words in body.forms.items()}
    saved = await service.mend(session, language, key, forms, actor=caller.actor, now=now)
    return TextView.of(saved, language)


@router.delete("/{language}/{key}", operation_id="restore_text")
async def restore_text(language: Language, key: Key, session: Writing, now: Now) -> TextView:
    """Put the original back."""
    return TextView.of(await service.restore(session, language, key, now=now), language)


@router.post("/{language}/{key}/review", operation_id="review_text")
async def review_text(
    language: Language, key: Key, session: Writing, caller: SignedIn, now: Now
) -> TextView:
    """Say that somebody who speaks the language has read this, and that it is good as it stands."""
    read = await service.review(session, language, key, actor=caller.actor, now=now)
    return TextView.of(read, language)


@router.delete("/{language}/{key}/review", operation_id="unreview_text")
async def unreview_text(
    language: Language, key: Key, session: Writing, caller: SignedIn, now: Now
) -> TextView:
    """Take that back: the text is to be read again."""
    text = await service.take_review_back(session, language, key, actor=caller.actor, now=now)
    return TextView.of(text, language)
