"""Glyphs for types that the glyph of their kind does not tell well: a NAT gateway is no internet gateway.

Drawn by us on the grid of :mod:`~cloudviz.diagram.icons.glyphs`. None of them repeats a cloud's trademark.
"""

# ruff: noqa: E501 - path data is one long word

from __future__ import annotations

from cloudviz.diagram.icons.glyphs import box, circle, dot

VARIANTS: dict[str, list[str]] = {
    "translation": [
        circle(12, 12, 9),
        "M7 9.25h9.5M13.75 6.5l2.75 2.75L13.75 12M17 14.75H7.5M10.25 12L7.5 14.75l2.75 2.75",
    ],
    "tunnel": [
        "M4.5 20.5V11.5a7.5 7.5 0 0 1 15 0v9M2.5 20.5h19",
        box(8.5, 12.5, 7, 5.25),
        "M10.25 12.5v-1.5a1.75 1.75 0 0 1 3.5 0v1.5",
    ],
    "hub": [
        circle(12, 12, 3.25),
        circle(4.75, 4.75, 2),
        circle(19.25, 4.75, 2),
        circle(4.75, 19.25, 2),
        circle(19.25, 19.25, 2),
        "M6.2 6.2l3.5 3.5M17.8 6.2l-3.5 3.5M6.2 17.8l3.5-3.5M17.8 17.8l-3.5-3.5",
    ],
    "peering": [circle(8.5, 12, 5.75), circle(15.5, 12, 5.75)],
    "endpoint": [
        circle(17, 12, 4.5),
        dot(17, 12, 1.5),
        "M2.75 12h9.75M2.75 8.5v7",
    ],
    "shield": [
        "M12 2.75l7.75 2.75v6c0 4.5-3.25 8-7.75 9.75-4.5-1.75-7.75-5.25-7.75-9.75v-6z",
        "M8.5 11.75l2.5 2.5 4.75-5",
    ],
    "registry": [
        box(3, 3.5, 18, 17, 2),
        "M3 12h18",
        box(6.5, 6.5, 4.5, 5.5, 0.5),
        box(13, 15, 4.5, 5.5, 0.5),
        "M14 8.5h4M6.5 16.75h3.5",
    ],
    "log": [
        "M6 2.75h8.25L18.5 7v13.25a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V3.75a1 1 0 0 1 1-1z",
        "M14 2.75V7.25h4.5M8.5 11.5h6.5M8.5 14.5h6.5M8.5 17.5h4",
    ],
    "rule": ["M3.5 4.25h17l-6.5 8v7.5l-4-2.75v-4.75z"],
    "template": [
        "M9.5 4H8.75a2.25 2.25 0 0 0-2.25 2.25v3.25c0 1.4-.7 2.2-2.25 2.5 1.55.3 2.25 1.1 2.25 2.5v3.25A2.25 2.25 0 0 0 8.75 20h.75",
        "M14.5 4h.75a2.25 2.25 0 0 1 2.25 2.25v3.25c0 1.4.7 2.2 2.25 2.5-1.55.3-2.25 1.1-2.25 2.5v3.25A2.25 2.25 0 0 1 15.25 20h-.75",
        dot(12, 12, 1.25),
    ],
    "snapshot": [
        box(2.5, 6.5, 19, 13.5, 2),
        circle(12, 13.25, 4),
        "M8 6.5l1.5-2.75h5L16 6.5",
        dot(18.25, 9.75, 0.9),
    ],
    "archive": [
        box(2.75, 4, 18.5, 5, 1),
        "M4.25 9v10a1.25 1.25 0 0 0 1.25 1.25h13A1.25 1.25 0 0 0 19.75 19V9M9.5 13h5",
    ],
    "person": [
        circle(12, 7.75, 4.25),
        "M4 20.75c.75-4.25 3.85-6.25 8-6.25s7.25 2 8 6.25",
    ],
    "people": [
        circle(9, 8, 3.5),
        "M2.5 19.75c.6-3.75 3.1-5.5 6.5-5.5s5.9 1.75 6.5 5.5",
        "M15 4.75a3.5 3.5 0 0 1 0 6.5M17.25 14.6c2.25.6 3.75 2.3 4.25 5.15",
    ],
    "policy": [
        "M6 2.75h12a1 1 0 0 1 1 1v16.5a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V3.75a1 1 0 0 1 1-1z",
        "M8.5 7h7M8.5 10.5h7M8.75 16l2 2 4-4",
    ],
    "web_app": [
        box(2.5, 4, 19, 16, 2),
        "M2.5 8.75h19M9.5 11.75l-2.5 2.5 2.5 2.5M14.5 11.75l2.5 2.5-2.5 2.5",
        dot(5.25, 6.4, 0.8),
        dot(7.75, 6.4, 0.8),
    ],
    "search": [circle(10.25, 10.25, 6.75), "M15.1 15.1l6.15 6.15"],
    "parameter": [
        "M3 7.25h9M17 7.25h4M3 16.75h4M12 16.75h9",
        circle(14.5, 7.25, 2.5),
        circle(9.5, 16.75, 2.5),
    ],
    "trail": [
        "M2 12c2.5-4.4 5.8-6.6 10-6.6s7.5 2.2 10 6.6c-2.5 4.4-5.8 6.6-10 6.6S4.5 16.4 2 12z",
        circle(12, 12, 3.1),
    ],
    "pulse": ["M2.5 12.5h4.25l2.5-7 4.75 13 2.75-6h4.75"],
    "chat": [
        "M4.5 3.75h15a1.75 1.75 0 0 1 1.75 1.75v9a1.75 1.75 0 0 1-1.75 1.75h-7L7.5 20.5v-4.25h-3a1.75 1.75 0 0 1-1.75-1.75v-9A1.75 1.75 0 0 1 4.5 3.75z",
        dot(8.25, 10, 1.1),
        dot(12, 10, 1.1),
        dot(15.75, 10, 1.1),
    ],
    "set": [
        box(3, 3, 7.5, 7.5),
        box(13.5, 3, 7.5, 7.5),
        box(3, 13.5, 7.5, 7.5),
        box(13.5, 13.5, 7.5, 7.5),
    ],
}
"""The paths of each variant, as in :data:`~cloudviz.diagram.icons.glyphs.GLYPHS`."""

VARIANT_OF: dict[str, str] = {
    "aws.ec2.nat_gateway": "translation",
    "aws.ec2.vpc_endpoint": "endpoint",
    "azure.support.private_endpoint": "endpoint",
    "gcp.support.vpc_connector": "endpoint",
    "aws.ec2.vpc_peering": "peering",
    "azure.support.connection": "peering",
    "aws.ec2.transit_gateway": "hub",
    "aws.ec2.transit_gateway_attachment": "peering",
    "azure.support.virtual_hub": "hub",
    "gcp.network.router": "hub",
    "aws.ec2.customer_gateway": "tunnel",
    "aws.ec2.vpn_gateway": "tunnel",
    "aws.ec2.vpn_connection": "tunnel",
    "gcp.support.vpn_gateway": "tunnel",
    "gcp.support.vpn_tunnel": "tunnel",
    "aws.wafv2.web_acl": "shield",
    "azure.support.ddos_protection_plan": "shield",
    "azure.support.waf_policy": "shield",
    "azure.support.firewall_policy": "policy",
    "gcp.support.security_policy": "shield",
    "aws.ecr.repository": "registry",
    "azure.integration.container_registry": "registry",
    "gcp.support.artifact_repository": "registry",
    "aws.logs.log_group": "log",
    "azure.management.log_analytics_workspace": "log",
    "aws.events.rule": "rule",
    "aws.ec2.launch_template": "template",
    "aws.ecs.task_definition": "template",
    "aws.cloudformation.stack": "template",
    "gcp.support.instance_template": "template",
    "gcp.support.pubsub_schema": "template",
    "aws.ec2.snapshot": "snapshot",
    "azure.support.snapshot": "snapshot",
    "gcp.support.snapshot": "snapshot",
    "gcp.support.image": "snapshot",
    "aws.glacier.vault": "archive",
    "aws.backup.vault": "archive",
    "aws.iam.user": "person",
    "gcp.security.service_account": "person",
    "azure.support.user_assigned_identity": "person",
    "aws.cognito.user_pool": "people",
    "aws.iam.policy": "policy",
    "azure.compute.app_service": "web_app",
    "gcp.compute.app_engine": "web_app",
    "gcp.support.app_engine_service": "web_app",
    "gcp.support.app_engine_version": "web_app",
    "aws.opensearch.domain": "search",
    "aws.athena.workgroup": "search",
    "aws.ssm.parameter": "parameter",
    "aws.cloudtrail.trail": "trail",
    "azure.support.application_insights": "pulse",
    "gcp.support.health_check": "pulse",
    "azure.ai.bot_service": "chat",
    "azure.support.availability_set": "set",
}
"""The types with a variant, by type key; all others have the glyph of their kind."""
