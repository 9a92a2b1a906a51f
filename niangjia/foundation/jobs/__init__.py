"""Work that goes on after the answer: deferred in the act's transaction, run by the worker, started again after a kill."""

from niangjia.foundation.jobs.declaring import Job, every, job, jobs

__all__ = ["Job", "every", "job", "jobs"]
