"""Virtual machines."""

from __future__ import annotations

from cloudviz.catalogue.azure.management import IN_ITS_GROUP
from cloudviz.catalogue.declare import (
    ArmList,
    KnownAs,
    ResourceType,
    TerraformJoin,
    arm,
    at,
    attached,
    runs_as,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import AZURE_POWER
from cloudviz.inventory.model import LinkKind

VIRTUAL_MACHINE = ResourceType(
    key="azure.compute.virtual_machine",
    kind=Kind.VIRTUAL_MACHINE,
    title="Virtual machine",
    icon="azure/virtual-machine",
    listing=ArmList("microsoft.compute/virtualmachines", "2024-11-01"),
    known_as=KnownAs(
        terraform=("azurerm_linux_virtual_machine", "azurerm_windows_virtual_machine", "azurerm_virtual_machine"),
        terraform_fields={
            "zones[]": "zone|zones[]",
            "properties.hardwareProfile.vmSize": "size|vm_size",
            "properties.storageProfile.imageReference.offer": (
                "source_image_reference[].offer|storage_image_reference[].offer"
            ),
            "properties.networkProfile.networkInterfaces[].id": "network_interface_ids[]",
            "properties.storageProfile.osDisk.managedDisk.id": "os_disk[].id|storage_os_disk[].managed_disk_id",
            "properties.storageProfile.dataDisks[].managedDisk.id": "storage_data_disk[].managed_disk_id",
            "properties.storageProfile.osDisk.osType": "storage_os_disk[].os_type",
            "identity.userAssignedIdentities{}": "identity[].identity_ids[]",
            "properties.osProfile.computerName": "computer_name|os_profile[].computer_name",
        },
    ),
    id=arm(),
    name=at("name"),
    # Resource Graph adds the power state; a plain ARM list does not have it.
    state=(at("properties.extended.instanceView.powerState.code") | at("properties.provisioningState")).as_state(
        AZURE_POWER
    ),
    region=at("location").as_location(),
    zone=at("zones[]"),
    tags=at("tags"),
    facts={
        "size": at("properties.hardwareProfile.vmSize"),
        "platform": at("properties.storageProfile.osDisk.osType"),
        "image": at("properties.storageProfile.imageReference.offer"),
        "host_name": at("properties.osProfile.computerName"),
    },
    links=(
        # A machine has no subnet of its own: it sits where its interface sits, which normalising finds.
        attached("azure.network.network_interface", at("properties.networkProfile.networkInterfaces[].id")),
        attached("azure.storage.managed_disk", at("properties.storageProfile.osDisk.managedDisk.id")),
        attached("azure.storage.managed_disk", at("properties.storageProfile.dataDisks[].managedDisk.id")),
        runs_as("azure.support.user_assigned_identity", at("identity.userAssignedIdentities{}")),
        IN_ITS_GROUP,
    ),
)

TYPES: tuple[ResourceType, ...] = (VIRTUAL_MACHINE,)

JOINS: tuple[TerraformJoin, ...] = (
    TerraformJoin(
        "azurerm_virtual_machine_data_disk_attachment",
        LinkKind.ATTACHED_TO,
        ("azure.compute.virtual_machine", "virtual_machine_id"),
        ("azure.storage.managed_disk", "managed_disk_id"),
    ),
)
