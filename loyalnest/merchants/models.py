"""The tables of this module."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from loyalnest.kernel.database import Base

_INSTANT = DateTime(timezone=True)


class MerchantRow(Base):
    __tablename__ = "merchants"

    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    handle: Mapped[str]
    name: Mapped[str]
    currency: Mapped[str]
    time_zone: Mapped[str]
    locale: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(_INSTANT)
    suspended_at: Mapped[datetime | None] = mapped_column(_INSTANT)


class StoreRow(Base):
    __tablename__ = "stores"

    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    provider: Mapped[str]
    domain: Mapped[str]
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(_INSTANT)
    uninstalled_at: Mapped[datetime | None] = mapped_column(_INSTANT)
    web_addresses: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")


class ProgramVersionRow(Base):
    __tablename__ = "program_versions"

    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    effective_from: Mapped[datetime] = mapped_column(_INSTANT)
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(_INSTANT)
    created_by: Mapped[str]
