"""The classic web estate in one region: networks, machines, balancers, functions, data."""

from __future__ import annotations

from fake_clouds.aws_web_data import WebData
from fake_clouds.aws_web_machines import Machines
from fake_clouds.aws_web_network import Network


class Region(Network, Machines, WebData):
    """Everything in one region."""

    def seed(self) -> None:
        vpcs = [self._network("web", "10.0"), self._network("data", "10.1")]
        self._instances()
        self._functions()
        self._balancers(vpcs[0])
        self._scaling()
        self._databases(vpcs[0])
        self._tables()
        self._buckets()
