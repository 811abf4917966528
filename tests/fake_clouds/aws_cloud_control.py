"""Cloud Control, and CloudFormation's list of types, over HTTP.

It holds what it was told by ``POST /fake/types``: by type the words ``provisioning``, ``refuses``, ``needs``,
``bare`` and ``things``: ``{region: {identifier: properties}}``. Refusals are worded as AWS words them:
https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/resource-operations-list.html
"""

from __future__ import annotations

import json
import urllib.request
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

PAGE = 2


class CloudControl:
    """One service for all regions."""

    def __init__(self) -> None:
        self.told: dict[str, dict[str, Any]] = {}

    def types(self, asked: str) -> bytes:
        """A page of ListTypes, as the query protocol writes it."""
        form = {key: values[0] for key, values in parse_qs(asked).items()}
        assert (form["Visibility"], form["Type"]) == ("PUBLIC", "RESOURCE")
        wanted = form["ProvisioningType"]
        names = sorted(
            name for name, each in self.told.items() if each.get("provisioning", "FULLY_MUTABLE") == wanted
        )
        start = int(form.get("NextToken", "0"))
        found = "".join(
            f"<member><Type>RESOURCE</Type><TypeName>{escape(name)}</TypeName></member>"
            for name in names[start : start + PAGE]
        )
        more = f"<NextToken>{start + PAGE}</NextToken>" if start + PAGE < len(names) else ""
        result = f"<ListTypesResult><TypeSummaries>{found}</TypeSummaries>{more}</ListTypesResult>"
        space = "http://cloudformation.amazonaws.com/doc/2010-05-15/"
        return f'<ListTypesResponse xmlns="{space}">{result}</ListTypesResponse>'.encode()

    def answer(self, region: str, action: str, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        name = asked["TypeName"]
        known = self.told.get(name)
        if known is None or (known.get("only_in") and region not in known["only_in"]):
            return _refusal("TypeNotFoundException", f"The type '{name}' cannot be found.")
        if known.get("refuses"):
            return _refusal(*known["refuses"])
        things = known.get("things", {}).get(region, {})
        if action == "GetResource":
            if asked["Identifier"] not in things:
                return _refusal("ResourceNotFoundException", f"{asked['Identifier']} was not found")
            said = {"Identifier": asked["Identifier"], "Properties": json.dumps(things[asked["Identifier"]])}
            return 200, {"TypeName": name, "ResourceDescription": said}
        if known.get("needs"):
            return _refusal(
                "InvalidRequestException",
                f"Missing or invalid ResourceModel property in {name} list handler request input. "
                f"Required property:  [#: required key [{known['needs']}] not found]",
            )
        start = int(asked.get("NextToken") or 0)
        keys = list(things)[start : start + PAGE]
        found = [
            {"Identifier": key, **({} if known.get("bare") else {"Properties": json.dumps(things[key])})}
            for key in [*keys, *(["gone"] if known.get("bare") and keys else [])]
        ]
        said = {"TypeName": name, "ResourceDescriptions": found}
        return 200, {**said, "NextToken": str(start + PAGE)} if start + PAGE < len(things) else said


def _refusal(code: str, message: str) -> tuple[int, dict[str, Any]]:
    return 400, {"__type": f"com.amazon.cloudapiservice#{code}", "Message": message}


def tell(url: str, types: dict[str, dict[str, Any]]) -> None:
    """Let the server answer for Cloud Control."""
    request = urllib.request.Request(f"{url}/fake/types", json.dumps(types).encode())
    with urllib.request.urlopen(request, timeout=60) as reply:
        assert reply.status == 200
