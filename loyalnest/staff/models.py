"""The tables of this module."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Text
from sqlalchemy.dialects.postgresql import ARRAY, CIDR
from sqlalchemy.orm import Mapped, mapped_column

from loyalnest.kernel.database import Base
from loyalnest.kernel.networks import Network

_INSTANT = DateTime(timezone=True)


class MemberRow(Base):
    __tablename__ = "staff_members"

    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    email_sealed: Mapped[bytes | None]
    email_hash: Mapped[bytes | None]
    name_sealed: Mapped[bytes | None]
    role: Mapped[str]
    password_hash: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(_INSTANT)
    disabled_at: Mapped[datetime | None] = mapped_column(_INSTANT)
    link_hash: Mapped[bytes | None]
    link_expires_at: Mapped[datetime | None] = mapped_column(_INSTANT)
    removed_at: Mapped[datetime | None] = mapped_column(_INSTANT)
    erased_at: Mapped[datetime | None] = mapped_column(_INSTANT)


class RefreshTokenRow(Base):
    __tablename__ = "refresh_tokens"

    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    family_id: Mapped[UUID]
    staff_id: Mapped[UUID]
    secret_hash: Mapped[bytes]
    issued_at: Mapped[datetime] = mapped_column(_INSTANT)
    expires_at: Mapped[datetime] = mapped_column(_INSTANT)
    used_at: Mapped[datetime | None] = mapped_column(_INSTANT)
    revoked_at: Mapped[datetime | None] = mapped_column(_INSTANT)
    device: Mapped[str | None]


class ApiKeyRow(Base):
    __tablename__ = "api_keys"

    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    secret_hash: Mapped[bytes]
    hint: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime] = mapped_column(_INSTANT)
    created_by: Mapped[str]
    revoked_at: Mapped[datetime | None] = mapped_column(_INSTANT)


class AllowListRow(Base):
    __tablename__ = "allow_lists"

    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    networks: Mapped[list[Network]] = mapped_column(ARRAY(CIDR))
    labels_sealed: Mapped[bytes | None]
