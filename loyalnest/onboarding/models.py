"""The tables of this module."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime
from sqlalchemy.orm import Mapped, mapped_column

from loyalnest.kernel.database import Base


class DismissalRow(Base):
    __tablename__ = "onboarding_dismissals"

    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    dismissed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    dismissed_by: Mapped[str]
