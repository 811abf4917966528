"""The client of the CloudViz API: :class:`CloudViz`, and :class:`AsyncCloudViz` for asyncio."""

from cloudviz_client.asynchronous.client import AsyncCloudViz, AsyncJob, AsyncPaginator
from cloudviz_client.errors import (
    BadInput,
    CloudRefused,
    CloudVizError,
    Conflict,
    Forbidden,
    Invalid,
    JobFailed,
    NotFound,
    NotReached,
    Refused,
    ServerFailed,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    WaitedTooLong,
)
from cloudviz_client.events import Event
from cloudviz_client.protocol import Retrying
from cloudviz_client.synchronous.client import CloudViz, Job, Paginator

__all__ = [
    "AsyncCloudViz",
    "AsyncJob",
    "AsyncPaginator",
    "BadInput",
    "CloudRefused",
    "CloudViz",
    "CloudVizError",
    "Conflict",
    "Event",
    "Forbidden",
    "Invalid",
    "Job",
    "JobFailed",
    "NotFound",
    "NotReached",
    "Paginator",
    "Refused",
    "Retrying",
    "ServerFailed",
    "TooLarge",
    "TooManyRequests",
    "Unauthenticated",
    "Unavailable",
    "WaitedTooLong",
]
