"""What every part of :mod:`fake_clouds.terraform_of` needs: clients, and resources with their instances."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import boto3
from botocore.config import Config

PROVIDER = 'provider["registry.terraform.io/hashicorp/aws"]'


def tags_of(pairs: Iterable[Mapping[str, str]] | Mapping[str, str] | None) -> dict[str, Any]:
    tags = dict(pairs) if isinstance(pairs, Mapping) else {each["Key"]: each["Value"] for each in pairs or ()}
    return {"tags": tags or None, "tags_all": tags}


class StateWriter:
    """Collects the resources of a state, region by region."""

    def __init__(self, url: str, account: str) -> None:
        self._url = url
        self._account = account
        self._session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing")
        self._at = "us-east-1"
        self.resources: list[dict[str, Any]] = []

    def _client(self, service: str) -> Any:
        return self._session.client(
            service,
            region_name=self._at,
            endpoint_url=self._url,
            config=Config(s3={"addressing_style": "path"}),
        )

    def _put(self, native_type: str, attributes: dict[str, Any]) -> None:
        self.resources.append(
            {
                "module": "module.estate",
                "mode": "managed",
                "type": native_type,
                "name": f"r{len(self.resources)}",
                "provider": f"{PROVIDER}.{self._at.replace('-', '_')}",
                "instances": [
                    {
                        "schema_version": 0,
                        "attributes": attributes,
                        "sensitive_attributes": [],
                        "private": "bnVsbA==",
                    }
                ],
            }
        )

    def _arn(self, kind: str, key: str) -> str:
        return f"arn:aws:ec2:{self._at}:{self._account}:{kind}/{key}"
