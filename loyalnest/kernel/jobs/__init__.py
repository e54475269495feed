"""Work for later, and the timetable.

For long work, single calls that must be retried alone, and what is due at an hour; not one job for
every event, which is what subscribers are for. A job that keeps failing is held for somebody to
look at and never thrown away.
"""

from loyalnest.kernel.jobs.queue import (
    JobFailed,
    JobNotHeld,
    count_held,
    enqueue,
    enqueue_many,
    forget_done,
    held_jobs,
    install_statements,
    pending_upgrade,
    retry_held,
    run_jobs,
    waiting_jobs,
)
from loyalnest.kernel.jobs.turns import merchant_by_merchant
from loyalnest.kernel.jobs.values import HeldJob, Job, Payload, Recurring

__all__ = [
    "HeldJob",
    "Job",
    "JobFailed",
    "JobNotHeld",
    "Payload",
    "Recurring",
    "count_held",
    "enqueue",
    "enqueue_many",
    "forget_done",
    "held_jobs",
    "install_statements",
    "merchant_by_merchant",
    "pending_upgrade",
    "retry_held",
    "run_jobs",
    "waiting_jobs",
]
