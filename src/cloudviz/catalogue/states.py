"""One vocabulary of life states over the clouds, and each cloud's words for them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """The life state of a resource, cross-cloud."""

    PENDING = "pending"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    UPDATING = "updating"
    DELETING = "deleting"
    TERMINATED = "terminated"
    FAILED = "failed"
    UNKNOWN = "unknown"


AWS_POWER: Mapping[str, State] = {
    "pending": State.PENDING,
    "running": State.RUNNING,
    "shutting-down": State.DELETING,
    "terminated": State.TERMINATED,
    "stopping": State.STOPPING,
    "stopped": State.STOPPED,
}
"""EC2 instance states: API_InstanceState in the EC2 API reference."""

AWS_LIFECYCLE: Mapping[str, State] = {
    "available": State.RUNNING,
    "in-use": State.RUNNING,
    "active": State.RUNNING,
    "attached": State.RUNNING,
    "running": State.RUNNING,
    "enabled": State.RUNNING,
    "inservice": State.RUNNING,
    "creating": State.PENDING,
    "pending": State.PENDING,
    "provisioning": State.PENDING,
    "attaching": State.PENDING,
    "modifying": State.UPDATING,
    "updating": State.UPDATING,
    "backing-up": State.UPDATING,
    "starting": State.PENDING,
    "stopped": State.STOPPED,
    "stopping": State.STOPPING,
    "inactive": State.STOPPED,
    "deleting": State.DELETING,
    "deleted": State.TERMINATED,
    "detached": State.STOPPED,
    "failed": State.FAILED,
    "error": State.FAILED,
    "active_impaired": State.FAILED,
    "storage-full": State.FAILED,
}
"""The life-cycle words that RDS, EBS, NAT gateways, Lambda, DynamoDB, ELB and others share."""

AZURE_PROVISIONING: Mapping[str, State] = {
    "succeeded": State.RUNNING,
    "creating": State.PENDING,
    "updating": State.UPDATING,
    "deleting": State.DELETING,
    "failed": State.FAILED,
    "canceled": State.FAILED,
    "online": State.RUNNING,
    "running": State.RUNNING,
    "stopped": State.STOPPED,
    "paused": State.STOPPED,
}
"""ARM provisioningState. It says how the last write went, not whether a machine is powered on."""

AZURE_POWER: Mapping[str, State] = {
    **AZURE_PROVISIONING,
    "powerstate/starting": State.PENDING,
    "powerstate/running": State.RUNNING,
    "powerstate/stopping": State.STOPPING,
    "powerstate/stopped": State.STOPPED,
    "powerstate/deallocating": State.STOPPING,
    "powerstate/deallocated": State.STOPPED,
    "powerstate/unknown": State.UNKNOWN,
}
"""A machine's power state where Resource Graph gives it, else how its last write went."""

AZURE_DISK: Mapping[str, State] = {
    "attached": State.RUNNING,
    "reserved": State.RUNNING,
    "activesas": State.RUNNING,
    "activeupload": State.UPDATING,
    "readytoupload": State.PENDING,
    "frozen": State.STOPPED,
    "unattached": State.STOPPED,
}
"""``diskState`` of a managed disk; Unattached is a disk nobody uses."""

GCP_STATUS: Mapping[str, State] = {
    "provisioning": State.PENDING,
    "staging": State.PENDING,
    "running": State.RUNNING,
    "active": State.RUNNING,
    "ready": State.RUNNING,
    "runnable": State.RUNNING,
    "stopping": State.STOPPING,
    "suspending": State.STOPPING,
    "suspended": State.STOPPED,
    # GCP TERMINATED means powered off, not deleted: the instance can be started again.
    "terminated": State.STOPPED,
    "stopped": State.STOPPED,
    "repairing": State.UPDATING,
    "reconciling": State.UPDATING,
    "deploying": State.UPDATING,
    "deploy_in_progress": State.UPDATING,
    "deleting": State.DELETING,
    "delete_in_progress": State.DELETING,
    "error": State.FAILED,
    "failed": State.FAILED,
    "degraded": State.FAILED,
    "creating": State.PENDING,
    "pending": State.PENDING,
    "pending_generation": State.PENDING,
    "restoring": State.UPDATING,
    "updating": State.UPDATING,
    "maintenance": State.UPDATING,
    "importing": State.UPDATING,
    "failing_over": State.UPDATING,
    "uploading": State.UPDATING,
    "enabled": State.RUNNING,
    "serving": State.RUNNING,
    "established": State.RUNNING,
    "condition_succeeded": State.RUNNING,
    "condition_reconciling": State.UPDATING,
    "condition_pending": State.PENDING,
    "condition_failed": State.FAILED,
    "disabled": State.STOPPED,
    "user_disabled": State.STOPPED,
    "system_disabled": State.STOPPED,
    "destroyed": State.TERMINATED,
    "destroy_scheduled": State.DELETING,
    "delete_requested": State.DELETING,
    "unavailable": State.FAILED,
    "resource_error": State.FAILED,
}
"""Compute Engine instance statuses and the state words of Google's other services.

Each service documents its own; none gives one of these words another meaning.
"""

GCP_JOB: Mapping[str, State] = {
    "job_state_queued": State.PENDING,
    "job_state_pending": State.PENDING,
    "job_state_running": State.RUNNING,
    "job_state_draining": State.STOPPING,
    "job_state_cancelling": State.STOPPING,
    "job_state_stopped": State.STOPPED,
    "job_state_paused": State.STOPPED,
    "job_state_done": State.TERMINATED,
    "job_state_drained": State.TERMINATED,
    "job_state_updated": State.TERMINATED,
    "job_state_cancelled": State.TERMINATED,
    "job_state_failed": State.FAILED,
    "pipeline_state_queued": State.PENDING,
    "pipeline_state_pending": State.PENDING,
    "pipeline_state_running": State.RUNNING,
    "pipeline_state_cancelling": State.STOPPING,
    "pipeline_state_paused": State.STOPPED,
    "pipeline_state_succeeded": State.TERMINATED,
    "pipeline_state_cancelled": State.TERMINATED,
    "pipeline_state_failed": State.FAILED,
}
"""Dataflow's ``currentState`` and Vertex AI's ``PipelineState``: a job that is done is over, not ill."""
