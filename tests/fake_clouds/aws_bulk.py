"""A stand-in for AWS with very many machines, disks and interfaces, and nothing else: for benchmarks.

moto takes milliseconds for each resource it makes and shows; here a page is text, written once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import uvicorn

from fake_clouds.moto import free_port

ACCOUNT = "123456789012"
REGION = "eu-west-1"
PAGE = 1000
"""Items to a page, as EC2 gives at most."""

_XML = ("s3", "route53", "cloudfront")

_TAGS = (
    "<tagSet><item><key>Name</key><value>{name}</value></item>"
    "<item><key>env</key><value>prod</value></item></tagSet>"
)
_INSTANCE = (
    "<item><reservationId>r-{n:017x}</reservationId><ownerId>123456789012</ownerId><instancesSet><item>"
    "<instanceId>i-{n:017x}</instanceId><imageId>ami-0123456789abcdef0</imageId>"
    "<instanceState><code>16</code><name>running</name></instanceState><instanceType>m6i.large</instanceType>"
    "<launchTime>2026-11-20T10:00:00.000Z</launchTime>"
    "<placement><availabilityZone>eu-west-1a</availabilityZone><tenancy>default</tenancy></placement>"
    "<subnetId>subnet-{subnet:017x}</subnetId><vpcId>vpc-00000000000000001</vpcId>"
    "<privateIpAddress>10.0.0.1</privateIpAddress><architecture>x86_64</architecture>"
    "<groupSet><item><groupId>sg-00000000000000001</groupId><groupName>web</groupName></item></groupSet>"
    "<blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs><volumeId>vol-{n:017x}</volumeId>"
    "<status>attached</status><deleteOnTermination>true</deleteOnTermination></ebs></item></blockDeviceMapping>"
    "<networkInterfaceSet><item><networkInterfaceId>eni-{n:017x}</networkInterfaceId></item></networkInterfaceSet>"
    + _TAGS
    + "</item></instancesSet></item>"
)
_VOLUME = (
    "<item><volumeId>vol-{n:017x}</volumeId><size>30</size><availabilityZone>eu-west-1a</availabilityZone>"
    "<status>in-use</status><volumeType>gp3</volumeType><encrypted>true</encrypted><iops>3000</iops>"
    "<attachmentSet><item><volumeId>vol-{n:017x}</volumeId><instanceId>i-{n:017x}</instanceId>"
    "<device>/dev/xvda</device><status>attached</status></item></attachmentSet>" + _TAGS + "</item>"
)
_INTERFACE = (
    "<item><networkInterfaceId>eni-{n:017x}</networkInterfaceId><subnetId>subnet-{subnet:017x}</subnetId>"
    "<vpcId>vpc-00000000000000001</vpcId><availabilityZone>eu-west-1a</availabilityZone><status>in-use</status>"
    "<ownerId>123456789012</ownerId><privateIpAddress>10.0.0.1</privateIpAddress>"
    "<groupSet><item><groupId>sg-00000000000000001</groupId><groupName>web</groupName></item></groupSet>"
    "<attachment><instanceId>i-{n:017x}</instanceId><status>attached</status></attachment></item>"
)
_SUBNET = (
    "<item><subnetId>subnet-{n:017x}</subnetId><vpcId>vpc-00000000000000001</vpcId><state>available</state>"
    "<cidrBlock>10.0.0.0/24</cidrBlock><availabilityZone>eu-west-1a</availabilityZone></item>"
)
_VPC = "<item><vpcId>vpc-{n:017x}</vpcId><state>available</state><cidrBlock>10.0.0.0/8</cidrBlock></item>"
_GROUP = (
    "<item><groupId>sg-{n:017x}</groupId><groupName>web</groupName><vpcId>vpc-00000000000000001</vpcId></item>"
)


class BulkAws:
    """The server. ``url`` is what ``--endpoint-url`` takes, ``bodies`` what a scan will find, as (type, body)."""

    def __init__(self, size: int) -> None:
        machines = max(1, size // 3)
        subnets = max(1, machines // 200)
        self.calls: list[str] = []
        self.marks: list[str] = []  # what each call asked for
        self.when_called: Callable[[], None] = lambda: None
        self._pages = {
            "DescribeInstances": _paged("reservationSet", _INSTANCE, machines, subnets),
            "DescribeVolumes": _paged("volumeSet", _VOLUME, machines, subnets),
            "DescribeNetworkInterfaces": _paged("networkInterfaceSet", _INTERFACE, machines, subnets),
            "DescribeSubnets": _paged("subnetSet", _SUBNET, subnets, subnets),
            "DescribeVpcs": _paged("vpcSet", _VPC, 1, 1),
            "DescribeSecurityGroups": _paged("securityGroupInfo", _GROUP, 1, 1),
            "DescribeRegions": [f"<regionInfo><item><regionName>{REGION}</regionName></item></regionInfo>"],
        }
        self.bodies = [
            ("AWS::EC2::Instance", {"InstanceId": f"i-{n:017x}", "SubnetId": f"subnet-{1 + n % subnets:017x}"})
            for n in range(1, machines + 1)
        ]
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        config = uvicorn.Config(
            self._serve, host="127.0.0.1", port=port, log_level="critical", lifespan="off", interface="asgi3"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)

    def stop(self) -> None:
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(10)

    async def _serve(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self._note(scope, headers, body)
        content, kind = self._answer(headers, body)
        raw = [(b"content-type", kind.encode()), (b"content-length", str(len(content)).encode())]
        if "smithy-protocol" in headers:
            raw.append((b"smithy-protocol", b"rpc-v2-cbor"))
        status = 400 if content.startswith(b"<Response><Errors>") else 200
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": content})

    def _note(self, scope: dict[str, Any], headers: dict[str, str], body: bytes) -> None:
        service = headers.get("authorization", "").partition("Credential=")[2].split("/")[3:4]
        asked = (scope["path"], scope["query_string"].decode(), headers.get("x-amz-target", ""), body.decode())
        self.marks.append(" ".join((*service, *asked)))
        self.when_called()

    def _answer(self, headers: dict[str, str], body: bytes) -> tuple[bytes, str]:
        scope = headers.get("authorization", "").partition("Credential=")[2].split("/")
        service = scope[3] if len(scope) > 3 else ""
        form = dict(parse_qsl(body.decode())) if b"Action=" in body else {}
        action = form.get("Action", "")
        self.calls.append(action or service)
        if action == "GetCallerIdentity":
            said = f"<Arn>arn:aws:iam::{ACCOUNT}:user/bench</Arn><UserId>U</UserId><Account>{ACCOUNT}</Account>"
            return f"<R><GetCallerIdentityResult>{said}</GetCallerIdentityResult></R>".encode(), "text/xml"
        if action in self._pages:
            at = int(form.get("NextToken") or 0)
            pages = self._pages[action]
            following = f"<nextToken>{at + 1}</nextToken>" if at + 1 < len(pages) else ""
            return f"<R>{pages[at]}{following}</R>".encode(), "text/xml"
        if action:
            return f"<R><{action}Result></{action}Result></R>".encode(), "text/xml"
        if "smithy-protocol" in headers:
            return b"\xa0", "application/cbor"
        if service in _XML:
            return b"<R></R>", "application/xml"
        return b"{}", "application/json"


def _paged(member: str, template: str, count: int, subnets: int) -> list[str]:
    items = [template.format(n=n, subnet=1 + n % subnets, name=f"web-{n}") for n in range(1, count + 1)]
    return [
        f"<{member}>{''.join(items[start : start + PAGE])}</{member}>" for start in range(0, max(1, count), PAGE)
    ]
