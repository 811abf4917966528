"""Virtual machines, and what makes many of them."""

from __future__ import annotations

from cloudviz.catalogue.azure.tracked import AS_IDENTITIES, HOST_LABEL, IDENTITIES_IN_TERRAFORM, tracked
from cloudviz.catalogue.declare import (
    ArmList,
    KnownAs,
    ResourceType,
    TerraformJoin,
    at,
    attached,
    guarded_by,
    inside,
    member_of,
    routes_to,
    uses,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import AZURE_POWER
from cloudviz.inventory.model import LinkKind

_NICS = "properties.virtualMachineProfile.networkProfile.networkInterfaceConfigurations[].properties"
_IPS = f"{_NICS}.ipConfigurations[].properties"

VIRTUAL_MACHINE = tracked(
    "azure.compute.virtual_machine",
    Kind.VIRTUAL_MACHINE,
    "Virtual machine",
    ArmList("microsoft.compute/virtualmachines", "2024-11-01"),
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
            "properties.osProfile.computerName": "computer_name|os_profile[].computer_name",
            "properties.virtualMachineScaleSet.id": "virtual_machine_scale_set_id",
            "properties.availabilitySet.id": "availability_set_id",
            "properties.diagnosticsProfile.bootDiagnostics.storageUri": "boot_diagnostics[].storage_account_uri",
            **IDENTITIES_IN_TERRAFORM,
        },
    ),
    # Resource Graph adds the power state; a plain ARM list does not have it.
    state=(at("properties.extended.instanceView.powerState.code") | at("properties.provisioningState")).as_state(
        AZURE_POWER
    ),
    zone=at("zones[]"),
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
        # Only machines of a set with flexible orchestration are machines of their own.
        member_of("azure.compute.vm_scale_set", at("properties.virtualMachineScaleSet.id")),
        member_of("azure.support.availability_set", at("properties.availabilitySet.id")),
        uses(
            "azure.storage.storage_account",
            at("properties.diagnosticsProfile.bootDiagnostics.storageUri").matching(HOST_LABEL),
        ),
        AS_IDENTITIES,
    ),
)

VM_SCALE_SET = tracked(
    "azure.compute.vm_scale_set",
    Kind.SCALING_GROUP,
    "Virtual machine scale set",
    ArmList("microsoft.compute/virtualmachinescalesets", "2024-03-01"),
    known_as=KnownAs(
        terraform=(
            "azurerm_linux_virtual_machine_scale_set",
            "azurerm_windows_virtual_machine_scale_set",
            "azurerm_orchestrated_virtual_machine_scale_set",
            "azurerm_virtual_machine_scale_set",
        ),
        terraform_fields={
            "zones[]": "zones[]",
            "sku.name": "sku|sku_name|sku[].name",
            "sku.capacity": "instances|sku[].capacity",
            "properties.virtualMachineProfile.storageProfile.osDisk.osType": "storage_profile_os_disk[].os_type",
            f"{_IPS}.subnet.id": (
                "network_interface[].ip_configuration[].subnet_id|network_profile[].ip_configuration[].subnet_id"
            ),
            f"{_IPS}.loadBalancerBackendAddressPools[].id": (
                "network_interface[].ip_configuration[].load_balancer_backend_address_pool_ids[]"
                "|network_profile[].ip_configuration[].load_balancer_backend_address_pool_ids[]"
            ),
            f"{_IPS}.applicationGatewayBackendAddressPools[].id": (
                "network_interface[].ip_configuration[].application_gateway_backend_address_pool_ids[]"
                "|network_profile[].ip_configuration[].application_gateway_backend_address_pool_ids[]"
            ),
            f"{_NICS}.networkSecurityGroup.id": (
                "network_interface[].network_security_group_id|network_profile[].network_security_group_id"
            ),
            **IDENTITIES_IN_TERRAFORM,
        },
    ),
    zone=at("zones[]"),
    facts={
        "size": at("sku.name"),
        "capacity": at("sku.capacity"),
        "platform": at("properties.virtualMachineProfile.storageProfile.osDisk.osType"),
    },
    links=(
        inside("azure.network.subnet", at(f"{_IPS}.subnet.id")),
        # The id of a backend pool begins with the id of its balancer.
        routes_to("azure.network.load_balancer", at(f"{_IPS}.loadBalancerBackendAddressPools[].id"), reverse=True),
        routes_to(
            "azure.network.application_gateway",
            at(f"{_IPS}.applicationGatewayBackendAddressPools[].id"),
            reverse=True,
        ),
        guarded_by("azure.network.network_security_group", at(f"{_NICS}.networkSecurityGroup.id")),
        AS_IDENTITIES,
    ),
)

AVAILABILITY_SET = tracked(
    "azure.support.availability_set",
    Kind.OTHER,
    "Availability set",
    ArmList("microsoft.compute/availabilitysets", "2024-03-01"),
    known_as=KnownAs(
        terraform=("azurerm_availability_set",),
        terraform_fields={
            "sku.name": "",
            "properties.platformFaultDomainCount": "platform_fault_domain_count",
            "properties.virtualMachines[].id": "",
        },
    ),
    state=None,
    facts={"size": at("sku.name"), "fault_domains": at("properties.platformFaultDomainCount")},
    links=(member_of("azure.compute.virtual_machine", at("properties.virtualMachines[].id"), reverse=True),),
    supporting=True,
)

VMSS_INSTANCE = tracked(
    "azure.support.vmss_instance",
    Kind.VIRTUAL_MACHINE,
    "Scale set instance",
    ArmList("microsoft.compute/virtualmachinescalesets/virtualmachines", "2024-03-01", table="computeresources"),
    state=(at("properties.extended.instanceView.powerState.code") | at("properties.provisioningState")).as_state(
        AZURE_POWER
    ),
    zone=at("zones[]"),
    facts={
        "size": at("sku.name"),
        "host_name": at("properties.osProfile.computerName"),
        "platform": at("properties.storageProfile.osDisk.osType"),
    },
    links=(
        # The id of an instance begins with the id of its set.
        member_of("azure.compute.vm_scale_set", at("id")),
        attached("azure.storage.managed_disk", at("properties.storageProfile.osDisk.managedDisk.id")),
    ),
    supporting=True,
)

TYPES: tuple[ResourceType, ...] = (VIRTUAL_MACHINE, VM_SCALE_SET, AVAILABILITY_SET, VMSS_INSTANCE)

JOINS: tuple[TerraformJoin, ...] = (
    TerraformJoin(
        "azurerm_virtual_machine_data_disk_attachment",
        LinkKind.ATTACHED_TO,
        ("azure.compute.virtual_machine", "virtual_machine_id"),
        ("azure.storage.managed_disk", "managed_disk_id"),
    ),
)
