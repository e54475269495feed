"""The tables of this module."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from loyalnest.kernel.database import Base

_INSTANT = DateTime(timezone=True)


class TemplateVersionRow(Base):
    __tablename__ = "message_template_versions"

    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    occasion: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    saved_at: Mapped[datetime] = mapped_column(_INSTANT)
    saved_by: Mapped[str]


class TemplateApprovalRow(Base):
    __tablename__ = "message_template_approvals"

    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    approval: Mapped[str]
    noted_at: Mapped[datetime] = mapped_column(_INSTANT)
    noted_by: Mapped[str]
