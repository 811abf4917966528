"""The glyphs: one line drawing per kind, drawn by us on a grid of 24 by 24 with a stroke of 1.5.

Each is a list of SVG path strings. Lines keep 2 px off the edge; a path that starts with ``fill:`` is filled
instead of stroked (dots and arrow heads). None of them repeats a cloud's trademark.
"""

# ruff: noqa: E501 - path data is one long word

from __future__ import annotations

from cloudviz.catalogue.kinds import Kind


def circle(x: float, y: float, radius: float) -> str:
    return f"M{x - radius:g} {y:g}a{radius:g} {radius:g} 0 1 0 {2 * radius:g} 0a{radius:g} {radius:g} 0 1 0 {-2 * radius:g} 0z"


def dot(x: float, y: float, radius: float = 1.0) -> str:
    return "fill:" + circle(x, y, radius)


def box(x: float, y: float, width: float, height: float, radius: float = 1.0) -> str:
    arc = f"a{radius:g} {radius:g} 0 0 1 "
    across, down = width - 2 * radius, height - 2 * radius
    return (
        f"M{x + radius:g} {y:g}h{across:g}{arc}{radius:g} {radius:g}v{down:g}{arc}{-radius:g} {radius:g}"
        f"h{-across:g}{arc}{-radius:g} {-radius:g}v{-down:g}{arc}{radius:g} {-radius:g}z"
    )


def cylinder(x: float, y: float, width: float, height: float, rim: float) -> list[str]:
    half = width / 2
    side = height - 2 * rim
    return [
        f"M{x:g} {y + rim:g}a{half:g} {rim:g} 0 1 0 {width:g} 0a{half:g} {rim:g} 0 1 0 {-width:g} 0z",
        f"M{x:g} {y + rim:g}v{side:g}a{half:g} {rim:g} 0 0 0 {width:g} 0v{-side:g}",
    ]


GLYPHS: dict[Kind, list[str]] = {
    # Places
    Kind.ACCOUNT: ["M7 18.5a4.5 4.5 0 0 1-.6-8.95 6 6 0 0 1 11.5 1.05A4 4 0 0 1 17.5 18.5z"],
    Kind.REGION: [
        "M12 21.5c-4-4.1-6.5-7.6-6.5-11.2a6.5 6.5 0 0 1 13 0c0 3.6-2.5 7.1-6.5 11.2z",
        circle(12, 10, 2.4),
    ],
    Kind.ZONE: [
        box(3.5, 4, 17, 4.5),
        box(3.5, 9.75, 17, 4.5),
        box(3.5, 15.5, 17, 4.5),
        dot(7, 6.25, 0.9),
        dot(7, 12, 0.9),
        dot(7, 17.75, 0.9),
        "M12 6.25h5M12 12h5M12 17.75h5",
    ],
    Kind.RESOURCE_GROUP: [
        "M8 3.5H5.5a2 2 0 0 0-2 2V8M16 3.5h2.5a2 2 0 0 1 2 2V8M8 20.5H5.5a2 2 0 0 1-2-2V16M16 20.5h2.5a2 2 0 0 0 2-2V16",
        "M12 7.2l4.2 2.4v4.8L12 16.8l-4.2-2.4V9.6z",
        "M7.8 9.6L12 12l4.2-2.4M12 12v4.8",
    ],
    # Networks
    Kind.NETWORK: [
        box(8.75, 3, 6.5, 5.25),
        box(2.5, 15.75, 6.5, 5.25),
        box(15, 15.75, 6.5, 5.25),
        "M12 8.25V12M5.75 15.75V14a2 2 0 0 1 2-2h8.5a2 2 0 0 1 2 2v1.75",
    ],
    Kind.SUBNET: [
        box(3.5, 3.5, 17, 17, 2),
        "M12 3.5v17M3.5 12h17",
        "fill:" + box(14.1, 14.1, 4.3, 4.3, 0.8),
    ],
    Kind.GATEWAY: [
        "M4.5 20.5V11.5a7.5 7.5 0 0 1 15 0v9M9 20.5v-8.75a3 3 0 0 1 6 0v8.75",
        "M2.5 20.5H9M15 20.5h6.5",
    ],
    Kind.ROUTE_TABLE: [
        "M2.75 12H8l4.5-5.5H19.5M8 12l4.5 5.5h7",
        "M17 3.5l3.2 3-3.2 3M17 14.5l3.2 3-3.2 3",
        dot(8, 12, 1.5),
    ],
    Kind.FIREWALL: [
        box(3, 4.5, 18, 15, 1.5),
        "M3 9.5h18M3 14.5h18M9 4.5v5M15.5 4.5v5M12 9.5v5M6.5 9.5v5M17.5 9.5v5M9 14.5v5M15.5 14.5v5",
    ],
    Kind.NETWORK_INTERFACE: [
        box(3.5, 3.5, 17, 17, 2.5),
        "M7.5 16.5v-5h2.25V8.5h4.5v3h2.25v5z",
        "M10.5 16.5V14M13.5 16.5V14",
    ],
    Kind.PUBLIC_ADDRESS: [
        box(2.5, 6, 19, 12, 3),
        "M8 9.25v5.5M12 14.75v-5.5h2.4a1.75 1.75 0 0 1 0 3.5H12",
    ],
    Kind.LOAD_BALANCER: [
        circle(5, 12, 2.5),
        circle(18.75, 5, 2.25),
        circle(18.75, 12, 2.25),
        circle(18.75, 19, 2.25),
        "M7.5 12h9M7 10.4L16.8 6.2M7 13.6l9.8 4.2",
    ],
    Kind.TARGET_GROUP: [
        circle(12, 12, 8),
        circle(12, 12, 3.75),
        "M12 2v4M12 18v4M2 12h4M18 12h4",
        dot(12, 12, 1.1),
    ],
    Kind.CDN: [
        circle(12, 12, 9),
        "M3 12h18M12 3c2.7 2.6 4 5.6 4 9s-1.3 6.4-4 9c-2.7-2.6-4-5.6-4-9s1.3-6.4 4-9z",
    ],
    Kind.DNS_ZONE: [
        "M11 21.5v-3.25M11 10v.75M11 2.5V4",
        "M5 4h11.5l3 3-3 3H5z",
        "M17.5 11H7l-3 3.1 3 3.15h10.5z",
        "M8 21.5h6",
    ],
    Kind.API: ["M7.75 6.5L2.5 12l5.25 5.5M16.25 6.5L21.5 12l-5.25 5.5M13.75 4.5l-3.5 15"],
    # Compute
    Kind.VIRTUAL_MACHINE: [
        box(6, 6, 12, 12, 1.75),
        box(9.5, 9.5, 5, 5, 0.75),
        "M9 6V3M12 6V3M15 6V3M9 21v-3M12 21v-3M15 21v-3M6 9H3M6 12H3M6 15H3M21 9h-3M21 12h-3M21 15h-3",
    ],
    Kind.SCALING_GROUP: [
        box(8.25, 8.25, 7.5, 7.5, 1.25),
        "M15.5 3.5h5v5M20.5 3.5l-4 4M8.5 3.5h-5v5M3.5 3.5l4 4M15.5 20.5h5v-5M20.5 20.5l-4-4M8.5 20.5h-5v-5M3.5 20.5l4-4",
    ],
    Kind.FUNCTION: ["M5.5 3.5h2.6a2.4 2.4 0 0 1 2.2 1.45l5.9 13.6a2.4 2.4 0 0 0 2.2 1.45h.6M11.6 8.6L5.5 20.5"],
    Kind.CONTAINER_CLUSTER: [
        "M12 2.5l8.25 4.75v9.5L12 21.5l-8.25-4.75v-9.5z",
        "M12 8l3.5 2v4L12 16l-3.5-2v-4z",
        "M12 2.5V8M20.25 16.75L15.5 14M3.75 16.75L8.5 14",
    ],
    Kind.CONTAINER_SERVICE: ["M12 3l8 4.4v9.2L12 21l-8-4.4V7.4z", "M4 7.4l8 4.4 8-4.4M12 11.8V21M8 5.2l8 4.4v4"],
    Kind.BATCH: [
        "M3 5.5h15M3 11h8.5M3 16.5h6.5",
        "M14 11.2v8.6a.5.5 0 0 0 .77.42l6.3-4.3a.5.5 0 0 0 0-.84l-6.3-4.3a.5.5 0 0 0-.77.42z",
    ],
    # Storage
    Kind.DISK: [
        box(4.25, 2.75, 15.5, 18.5, 2.25),
        circle(12, 10, 4.25),
        dot(12, 10, 1.2),
        "M7.75 17.75h3.5",
        dot(15.75, 17.75, 1),
    ],
    Kind.BUCKET: [
        "M4 6.25a8 2.75 0 1 0 16 0a8 2.75 0 1 0-16 0z",
        "M4 6.25l2.1 12.3C6.4 19.9 8.9 21 12 21s5.6-1.1 5.9-2.45L20 6.25",
        "M5.2 13.2c1.6.9 4 1.4 6.8 1.4s5.2-.5 6.8-1.4",
    ],
    Kind.FILE_SHARE: [
        "M2.75 18V5.75a1.5 1.5 0 0 1 1.5-1.5H9l2.25 2.75h8.5a1.5 1.5 0 0 1 1.5 1.5V18a1.5 1.5 0 0 1-1.5 1.5H4.25a1.5 1.5 0 0 1-1.5-1.5z",
        "M9.2 13.25l5.2-2.3M9.2 13.25l5.2 2.3",
        dot(8.6, 13.25, 1.5),
        dot(15, 10.8, 1.5),
        dot(15, 15.7, 1.5),
    ],
    # Databases
    Kind.DATABASE: [*cylinder(4.5, 2.75, 15, 18.5, 2.9), "M4.5 11.75a7.5 2.9 0 0 0 15 0"],
    Kind.DATABASE_CLUSTER: [
        "M9.5 7.2V5.1a5.75 2.35 0 0 1 11.5 0v7.9c0 .85-1.1 1.6-2.8 2",
        "M9.5 5.1c0 1.3 2.57 2.35 5.75 2.35S21 6.4 21 5.1M18.2 10.9c1.7-.4 2.8-1.1 2.8-2",
        *cylinder(3, 8.5, 11.5, 13, 2.35),
        "M3 15a5.75 2.35 0 0 0 11.5 0",
    ],
    Kind.TABLE: [box(3, 4, 18, 16, 2), "M3 9.25h18M3 14.6h18M9 9.25V20M15 9.25V20"],
    Kind.CACHE: [
        "M19.5 10.25V5.6M4.5 5.6v12.8c0 1.3 2 2.4 4.7 2.75",
        "M4.5 5.65a7.5 2.9 0 1 0 15 0a7.5 2.9 0 1 0-15 0zM4.5 12c0 1.2 1.75 2.2 4.2 2.65",
        "M16.9 10.75l-4.4 6h3.6l-.8 5 4.7-6.4h-3.7z",
    ],
    # Analytics
    Kind.WAREHOUSE: [
        "M2.75 20.5V9.2a1 1 0 0 1 .58-.9L12 4.2l8.67 4.1a1 1 0 0 1 .58.9v11.3",
        "M6.75 20.5v-8h10.5v8M6.75 16.5h10.5M12 12.5v8M1.75 20.5h20.5",
    ],
    Kind.ANALYTICS: [
        "M3 3.25V19a1.75 1.75 0 0 0 1.75 1.75H21",
        box(6.5, 12.5, 3, 5, 0.5),
        box(11.75, 9, 3, 8.5, 0.5),
        box(17, 5, 3, 12.5, 0.5),
    ],
    Kind.STREAM: [
        "M2.5 6.5c1.6-1.9 3.2-1.9 4.75 0s3.2 1.9 4.75 0 3.2-1.9 4.75 0 3.2 1.9 4.75 0",
        "M2.5 12c1.6-1.9 3.2-1.9 4.75 0s3.2 1.9 4.75 0 3.2-1.9 4.75 0 3.2 1.9 4.75 0",
        "M2.5 17.5c1.6-1.9 3.2-1.9 4.75 0s3.2 1.9 4.75 0 3.2-1.9 4.75 0 3.2 1.9 4.75 0",
    ],
    Kind.MACHINE_LEARNING: [
        "M10 4.5c.55 4.4 2.6 6.45 7 7-4.4.55-6.45 2.6-7 7-.55-4.4-2.6-6.45-7-7 4.4-.55 6.45-2.6 7-7z",
        "M18.25 2.5c.25 2 1.2 2.95 3.25 3.25-2.05.3-3 1.25-3.25 3.25-.25-2-1.2-2.95-3.25-3.25 2.05-.3 3-1.25 3.25-3.25z",
        "M18.5 16c.22 1.75 1.05 2.55 2.75 2.75-1.7.2-2.53 1-2.75 2.75-.22-1.75-1.05-2.55-2.75-2.75 1.7-.2 2.53-1 2.75-2.75z",
    ],
    # Integration
    Kind.QUEUE: [box(2, 7.25, 15, 9.5, 2), "M7 7.25v9.5M12 7.25v9.5", "M19.25 9.25L22 12l-2.75 2.75"],
    Kind.TOPIC: [
        "M3.5 10v4a1.25 1.25 0 0 0 1.25 1.25H8l8 4.25v-15L8 8.75H4.75A1.25 1.25 0 0 0 3.5 10z",
        "M7.5 15.25l1.1 5h2.9l-.9-3.6M19 9.25a4 4 0 0 1 0 5.5",
    ],
    Kind.WORKFLOW: [
        circle(5.75, 6, 2.75),
        "M18 2.25l3.75 3.75L18 9.75 14.25 6z",
        box(3, 15.25, 5.5, 5.5),
        circle(18, 18, 2.75),
        "M8.5 6h5.75M18 9.75v5.5M15.25 18H8.5",
    ],
    # Security and operations
    Kind.IDENTITY: [
        box(2.5, 4.5, 19, 15, 2),
        circle(8.25, 10.25, 2.25),
        "M4.9 16.25c.5-1.75 1.75-2.65 3.35-2.65s2.85.9 3.35 2.65M14.5 9.5h4M14.5 13h4",
    ],
    Kind.KEY: [
        circle(8, 15.75, 4.75),
        "M11.4 12.4L20.5 3.25M16 7.75l3.25 3.25M19 4.75l1.9 1.9",
        dot(7.3, 16.45, 1.2),
    ],
    Kind.SECRET: [
        box(4.5, 10.25, 15, 11, 2),
        "M7.75 10.25V7a4.25 4.25 0 0 1 8.5 0v3.25M12 14.5v2.75",
        dot(12, 14.4, 1.35),
    ],
    Kind.CERTIFICATE: [
        "M9.5 16.5H4.25a1.5 1.5 0 0 1-1.5-1.5V5a1.5 1.5 0 0 1 1.5-1.5h15.5a1.5 1.5 0 0 1 1.5 1.5v4.25M6.5 8h8M6.5 12h4",
        circle(16.5, 13.75, 3.5),
        "M14.4 16.6v4.9l2.1-1.35 2.1 1.35v-4.9",
    ],
    Kind.ALARM: [
        "M5.75 16.75V10.5a6.25 6.25 0 0 1 12.5 0v6.25l1.75 2H4z",
        "M9.75 18.75a2.25 2.25 0 0 0 4.5 0M12 4.25V2.5",
    ],
    Kind.OTHER: [
        "M12 2.75l8 4.6v9.3l-8 4.6-8-4.6v-9.3z",
        dot(8.25, 12, 1.15),
        dot(12, 12, 1.15),
        dot(15.75, 12, 1.15),
    ],
}
