"""The tables of this module."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, DateTime
from sqlalchemy.orm import Mapped, mapped_column

from loyalnest.kernel.database import Base


class NoticeRow(Base):
    __tablename__ = "usage_notices"

    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    percent: Mapped[int] = mapped_column(primary_key=True)
    orders: Mapped[int] = mapped_column(BigInteger)
    plan: Mapped[str]
    reached_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
