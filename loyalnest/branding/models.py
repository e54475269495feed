"""The tables of this module."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from loyalnest.kernel.database import Base

_INSTANT = DateTime(timezone=True)


class BrandingVersionRow(Base):
    __tablename__ = "branding_versions"

    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB)
    changed_at: Mapped[datetime] = mapped_column(_INSTANT)
    changed_by: Mapped[str]


class PictureRow(Base):
    __tablename__ = "pictures"

    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[bytes]
    width: Mapped[int]
    height: Mapped[int]
    uploaded_at: Mapped[datetime] = mapped_column(_INSTANT)
    uploaded_by: Mapped[str]
    held_for: Mapped[list[str]] = mapped_column(ARRAY(Text))
