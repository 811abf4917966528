"""Which types the recorder of an account and region records: only of those is Config's silence worth anything."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from cloudviz.inventory.model import CoverageStatus
from cloudviz.sources.aws.calls import Caller
from cloudviz.sources.aws.refusals import CallFailed

RECORDERS = "config:DescribeConfigurationRecorders"
STATUS = "config:DescribeConfigurationRecorderStatus"


async def recorded_types(caller: Caller, region: str, names: Collection[str]) -> frozenset[str]:
    """Those of the types (``AWS::EC2::Volume``) that are recorded here at every change.

    A type that is recorded once a day is not among them: what was made since would be missing. Raises CallFailed
    when that is not told, or nothing is recorded.

    Source: https://docs.aws.amazon.com/config/latest/APIReference/API_RecordingGroup.html
    """
    said = await caller.call("config", region, "describe_configuration_recorders", {}, RECORDERS)
    # AWS's own services keep recorders of their own, which record for them only.
    recorders = [each for each in said.get("ConfigurationRecorders") or () if not each.get("servicePrincipal")]
    if not recorders:
        raise CallFailed(CoverageStatus.UNSUPPORTED, "nothing is recorded: there is no configuration recorder")
    (recorder, *_) = recorders
    said = await caller.call("config", region, "describe_configuration_recorder_status", {}, STATUS)
    states = {str(each.get("name")): each for each in said.get("ConfigurationRecordersStatus") or ()}
    state = states.get(str(recorder.get("name")), {})
    if not state.get("recording"):
        raise CallFailed(CoverageStatus.UNSUPPORTED, "nothing is recorded: the configuration recorder is stopped")
    if str(state.get("lastStatus") or "").upper() != "SUCCESS":
        word = state.get("lastStatus") or "not told"
        raise CallFailed(CoverageStatus.UNSUPPORTED, f"the configuration recorder's last status is {word}")
    return frozenset(_covered(recorder, names))


def _covered(recorder: Mapping[str, Any], names: Iterable[str]) -> Iterable[str]:
    group = recorder.get("recordingGroup") or {}
    strategy = (group.get("recordingStrategy") or {}).get("useOnly") or ""
    listed = frozenset(group.get("resourceTypes") or ())
    left_out = frozenset((group.get("exclusionByResourceTypes") or {}).get("resourceTypes") or ())
    everything = bool(group.get("allSupported")) or strategy in (
        "ALL_SUPPORTED_RESOURCE_TYPES",
        "EXCLUSION_BY_RESOURCE_TYPES",
    )
    mode = recorder.get("recordingMode") or {}
    rhythm = {
        str(name): str(each.get("recordingFrequency"))
        for each in mode.get("recordingModeOverrides") or ()
        for name in each.get("resourceTypes") or ()
    }
    usual = str(mode.get("recordingFrequency") or "CONTINUOUS")
    for name in names:
        is_recorded = name not in left_out if everything else name in listed
        if is_recorded and rhythm.get(name, usual) == "CONTINUOUS":
            yield name
