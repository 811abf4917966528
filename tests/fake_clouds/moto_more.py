"""The moto server, and before it what moto 5.2 answers with "not implemented" or leaves out.

Rekognition's collections, a Glacier vault's notifications and tags, and in the bulk tags those services that
moto's Resource Groups Tagging API does not know; ``POST /fake/tags`` ``{region: {arn: tags}}`` tells of them.
A WAF's list of what it guards, and the capacity providers of an ECS service, are remembered here too.
AWS Config's aggregators are told of by ``POST /fake/config``, the types and things that Cloud Control has by
``POST /fake/types``.
Workgroups of Redshift Serverless are remembered here too.
Replies are written after the samples of the API references:
https://docs.aws.amazon.com/rekognition/latest/APIReference/API_DescribeCollection.html and
https://docs.aws.amazon.com/amazonglacier/latest/dev/api-vault-notifications-get.html
"""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import run_simple

from fake_clouds.aws_cloud_control import CloudControl
from fake_clouds.aws_config_server import ConfigService

ACCOUNT = "123456789012"
_SIGNED = re.compile(r"Credential=[^/]+/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_VAULT = re.compile(r"^/[^/]+/vaults/(?P<vault>[^/]+)/(?P<what>notification-configuration|tags)$")

Start = Callable[..., Any]


class More:
    """WSGI around moto."""

    def __init__(self, moto: Any) -> None:
        self._moto = moto
        self._forget()

    def _forget(self) -> None:
        self._tags: dict[str, dict[str, dict[str, str]]] = {}
        self._collections: dict[str, list[str]] = {}
        self._notifications: dict[tuple[str, str], dict[str, Any]] = {}
        self._guarded: dict[str, list[str]] = {}
        self._strategies: dict[tuple[str, str], Any] = {}
        self._workgroups: dict[str, list[dict[str, Any]]] = {}
        self._config = ConfigService()
        self._control = CloudControl()

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        signed = _SIGNED.search(environ.get("HTTP_AUTHORIZATION", ""))
        region, service = (signed["region"], signed["service"]) if signed else ("", "")
        action = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
        if path == "/moto-api/reset":
            self._forget()
        if path == "/fake/tags":
            for place, tags in json.loads(self._body(environ)).items():
                self._tags.setdefault(place, {}).update(tags)
            return self._say(start, 200, {})
        if path == "/fake/config":
            self._config.told = json.loads(self._body(environ))
            return self._say(start, 200, {})
        if path == "/fake/types":
            self._control.told = json.loads(self._body(environ))
            return self._say(start, 200, {})
        if service == "cloudcontrolapi":
            return self._say(
                start, *self._control.answer(region, action, json.loads(self._body(environ) or b"{}"))
            )
        if service == "cloudformation" and b"Action=ListTypes" in (asked := self._peeked(environ)):
            body = self._control.types(asked.decode())
            start("200 said", [("Content-Type", "text/xml"), ("Content-Length", str(len(body)))])
            return [body]
        if service == "config":
            return self._say(start, *self._config.answer(region, action, json.loads(self._body(environ) or b"{}")))
        if service == "redshift-serverless":
            return self._say(start, 200, self._workgroup(region, action, json.loads(self._body(environ) or b"{}")))
        if service == "rekognition":
            return self._rekognition(region, action, json.loads(self._body(environ) or b"{}"), start)
        vault = _VAULT.match(path)
        if service == "glacier" and vault:
            return self._vault(region, method, vault["vault"], vault["what"], self._body(environ), start)
        if service == "elasticmapreduce":
            # moto reads EMR's region from the host name.
            environ["HTTP_HOST"] = f"elasticmapreduce.{region}.amazonaws.com"
        if service == "wafv2" and action == "ListResourcesForWebACL":
            asked = json.loads(self._body(environ))
            kind = {"API_GATEWAY": "apigateway"}.get(asked["ResourceType"], "elasticloadbalancing")
            found = [arn for arn in self._guarded.get(asked["WebACLArn"], ()) if f":{kind}:" in arn]
            return self._say(start, 200, {"ResourceArns": found})
        if service == "wafv2" and action == "AssociateWebACL":
            asked = self._peek(environ)
            self._guarded.setdefault(asked["WebACLArn"], []).append(asked["ResourceArn"])
        if service == "athena" and action == "GetWorkGroup":
            # moto says that it was made just now, whenever it is asked.
            status, reply = self._held(environ)
            reply.get("WorkGroup", {})["CreationTime"] = 1.7e9
            return self._say(start, status, reply)
        if service == "ssm" and action == "DescribeParameters":
            # moto leaves out the ARN, which AWS gives.
            status, reply = self._held(environ)
            for each in reply.get("Parameters", ()):
                each["ARN"] = f"arn:aws:ssm:{region}:{ACCOUNT}:parameter/{each['Name'].lstrip('/')}"
            return self._say(start, status, reply)
        if service == "ecs" and action in ("CreateService", "DescribeServices"):
            return self._services(region, environ, start)
        if service == "tagging" and action == "GetResources":
            return self._all_tags(region, environ, start)
        reply: Iterable[bytes] = self._moto(environ, start)
        return reply

    def _body(self, environ: dict[str, Any]) -> bytes:
        return environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))

    def _say(self, start: Start, status: int, document: Any) -> list[bytes]:
        body = json.dumps(document).encode() if document is not None else b""
        headers = [("Content-Type", "application/x-amz-json-1.1"), ("Content-Length", str(len(body)))]
        start(f"{status} said", headers)
        return [body]

    def _workgroup(self, region: str, action: str, asked: dict[str, Any]) -> dict[str, Any]:
        known = self._workgroups.setdefault(region, [])
        if action == "CreateWorkgroup":
            key = f"0a1b2c3d-0000-4000-8000-{len(known):012d}"
            name = asked["workgroupName"]
            known.append(
                {
                    **asked,
                    "workgroupId": key,
                    "workgroupArn": f"arn:aws:redshift-serverless:{region}:{ACCOUNT}:workgroup/{key}",
                    "status": "AVAILABLE",
                    "publiclyAccessible": False,
                    "endpoint": {
                        "address": f"{name}.{ACCOUNT}.{region}.redshift-serverless.amazonaws.com",
                        "port": 5439,
                    },
                    "creationDate": "2024-01-02T03:04:05Z",
                }
            )
            return {"workgroup": known[-1]}
        return {"workgroups": known}

    def _rekognition(self, region: str, action: str, asked: dict[str, Any], start: Start) -> list[bytes]:
        known = self._collections.setdefault(region, [])
        name = asked.get("CollectionId", "")
        if action == "CreateCollection":
            known.append(name)
            return self._say(start, 200, {"StatusCode": 200, "FaceModelVersion": "7.0"})
        if action == "ListCollections":
            return self._say(start, 200, {"CollectionIds": known, "FaceModelVersions": ["7.0"] * len(known)})
        if action == "DescribeCollection" and name in known:
            described = {
                "CollectionARN": f"aws:rekognition:{region}:{ACCOUNT}:collection/{name}",
                "CreationTimestamp": 1.526588246171e9,
                "FaceCount": 3,
                "FaceModelVersion": "7.0",
                "UserCount": 0,
            }
            return self._say(start, 200, described)
        if action == "ListTagsForResource":
            return self._say(start, 200, {"Tags": self._tags.get(region, {}).get(asked["ResourceArn"], {})})
        return self._say(start, 400, {"__type": "ResourceNotFoundException", "message": "no such collection"})

    def _vault(self, region: str, method: str, vault: str, what: str, body: bytes, start: Start) -> list[bytes]:
        if what == "tags":
            arn = f"arn:aws:glacier:{region}:{ACCOUNT}:vaults/{vault}"
            return self._say(start, 200, {"Tags": self._tags.get(region, {}).get(arn, {})})
        if method == "PUT":
            self._notifications[region, vault] = json.loads(body)
            return self._say(start, 204, None)
        found = self._notifications.get((region, vault))
        if found is None:
            code = "ResourceNotFoundException"
            return self._say(start, 404, {"code": code, "type": "Client", "message": "no notifications"})
        return self._say(start, 200, found)

    def _peek(self, environ: dict[str, Any]) -> Any:
        """What is asked, without taking it from moto."""
        return json.loads(self._peeked(environ) or b"{}")

    def _peeked(self, environ: dict[str, Any]) -> bytes:
        body = self._body(environ)
        environ["wsgi.input"] = io.BytesIO(body)
        return body

    def _held(self, environ: dict[str, Any]) -> tuple[int, Any]:
        """moto's status and reply, to be added to."""
        said: list[str] = []

        def hold(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
            said.append(status)

        reply = json.loads(b"".join(self._moto(environ, hold)) or b"{}")
        return int(said[0].split()[0]), reply

    def _services(self, region: str, environ: dict[str, Any], start: Start) -> list[bytes]:
        """moto forgets the capacity providers of a service, and says EC2 instead."""
        asked = self._peek(environ)
        if asked.get("capacityProviderStrategy"):
            self._strategies[region, asked["serviceName"]] = asked["capacityProviderStrategy"]
        status, reply = self._held(environ)
        for service in reply.get("services", ()):
            strategy = self._strategies.get((region, service["serviceName"]))
            if strategy:
                service.pop("launchType", None)
                service["capacityProviderStrategy"] = strategy
        return self._say(start, status, reply)

    def _all_tags(self, region: str, environ: dict[str, Any], start: Start) -> list[bytes]:
        asked = self._peek(environ).get("ResourceTypeFilters")
        status, reply = self._held(environ)
        if status == 200 and not reply.get("PaginationToken"):
            for arn, tags in self._tags.get(region, {}).items():
                if not asked or arn.split(":")[2] in asked:
                    pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
                    reply["ResourceTagMappingList"].append({"ResourceARN": arn, "Tags": pairs})
        return self._say(start, status, reply)


if __name__ == "__main__":
    application = DomainDispatcherApplication(create_backend_app)
    run_simple("127.0.0.1", int(sys.argv[1]), More(application), threaded=True, request_handler=MotoRequestHandler)
