"""Wire shapes of notices."""

from pydantic import BaseModel, ConfigDict, Field

from loyalnest.kernel.http import ReadVersion
from loyalnest.notices.values import NoticeSettings, SettingsVersion


class NoticeSettingsView(BaseModel):
    """What customers are told as it happens."""

    version: int = Field(description="0: nobody has changed anything.")
    settings: NoticeSettings

    @classmethod
    def of(cls, it: SettingsVersion) -> "NoticeSettingsView":
        return cls(version=it.version, settings=it.settings)


class NoticeSettingsChange(BaseModel):
    """The settings as they should be from now on."""

    model_config = ConfigDict(extra="forbid")

    version: ReadVersion = None
    settings: NoticeSettings
