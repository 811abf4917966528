"""One region of the demo's AWS account: ids, ARNs and tags as that account writes them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from cloudviz.inventory.model import Scope
from cloudviz.sources.demo.estate import Body, Estate, Plan, hex_of

ACCOUNT = "123456789012"
OWNERS = {"orders": "team-orders", "data": "team-data", "network": "platform", "web": "team-web"}


@dataclass(frozen=True, slots=True)
class AwsPlace:
    """A region, or the account as a whole when ``region`` is empty."""

    estate: Estate
    region: str

    @property
    def plan(self) -> Plan:
        """What this snapshot holds."""
        return self.estate.plan

    def id(self, prefix: str, name: str) -> str:
        """An id as EC2 gives them: ``subnet-0`` and sixteen hexadecimal digits."""
        return f"{prefix}-0{hex_of(f'{self.region}/{prefix}/{name}', 16)}"

    def arn(self, service: str, tail: str) -> str:
        """An ARN of this account and region."""
        return f"arn:aws:{service}:{self.region}:{ACCOUNT}:{tail}"

    def kms_key(self, alias: str) -> str:
        """The ARN of the key behind an alias."""
        digits = hex_of(f"{self.region}/kms/{alias}", 32)
        uuid = f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"
        return self.arn("kms", f"key/{uuid}")

    def tags(self, name: str, *, owner: str = "platform", **more: str) -> list[Body]:
        """Tags as most AWS APIs write them."""
        pairs = {"Name": name, "env": "prod", "owner": owner, **more}
        return [{"Key": key, "Value": value} for key, value in pairs.items()]

    def add(
        self, type_key: str, native_type: str, body: Body, arn: str = "", monthly: Decimal | None = None
    ) -> None:
        """Put one resource into the snapshot; ``arn`` is needed only with a price."""
        costs = (arn, monthly) if monthly is not None else None
        self.estate.add(Scope("aws", ACCOUNT, self.region), type_key, native_type, body, costs=costs)
