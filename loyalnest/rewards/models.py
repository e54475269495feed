"""The tables that people's changes go through; redemptions are written by statements."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from loyalnest.kernel.database import Base

_INSTANT = DateTime(timezone=True)


class RewardRow(Base):
    __tablename__ = "rewards"

    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[str]
    version: Mapped[int]
    position: Mapped[int]
    stock: Mapped[int | None]
    taken: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(_INSTANT)
    created_by: Mapped[str]
    updated_at: Mapped[datetime] = mapped_column(_INSTANT)


class RewardVersionRow(Base):
    __tablename__ = "reward_versions"

    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    reward_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    effective_from: Mapped[datetime] = mapped_column(_INSTANT)
    terms: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(_INSTANT)
    created_by: Mapped[str]
