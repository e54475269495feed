"""The tables of this module that are written row by row."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from loyalnest.kernel.database import Base

_INSTANT = DateTime(timezone=True)


class ExperimentRow(Base):
    __tablename__ = "experiments"

    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    state: Mapped[str]
    subject: Mapped[str]
    goal: Mapped[str]
    within_days: Mapped[int]
    design: Mapped[dict[str, Any]] = mapped_column(JSONB)
    needed: Mapped[dict[str, int]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(_INSTANT)
    created_by: Mapped[str]
    started_at: Mapped[datetime | None] = mapped_column(_INSTANT)
    started_by: Mapped[str | None]
    ended_at: Mapped[datetime | None] = mapped_column(_INSTANT)
    ended_by: Mapped[str | None]
