"""The use cases of tiers: judging customers, changing the ladder, standing by hand."""

from loyalnest.tiers.service.judging import judge_many
from loyalnest.tiers.service.ladders import JUDGE_EVERYBODY, preview, save
from loyalnest.tiers.service.overriding import end_override, override

__all__ = ["JUDGE_EVERYBODY", "end_override", "judge_many", "override", "preview", "save"]
