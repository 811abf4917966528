"""``/admin/settings``: how the installation is set up."""

from __future__ import annotations

from fastapi import APIRouter

from cloudviz.api import needs
from cloudviz.api.schemas.system import SettingModel, SettingsReply
from cloudviz.runtime.settings import LoadedSettings, describe

router = APIRouter(tags=["admin"])


@router.get("/settings", summary="Every setting with its value and where that came from")
async def settings(_: needs.Admin, house: needs.House) -> SettingsReply:
    """Of this process, as they were read at its start. Secrets are masked."""
    loaded = LoadedSettings(house.settings, house.settings.origins())
    return SettingsReply(
        items=[
            SettingModel(name=name, value=value, origin=origin, meaning=meaning)
            for name, value, origin, meaning in describe(loaded)
        ]
    )
