"""One or a few things of every other service in a region, beside the web estate: keys, topics, containers, data.

The truth is written down as each thing is made, from what AWS documents and not from CloudViz's catalogue.
"""

from __future__ import annotations

from fake_clouds.aws_containers import Containers
from fake_clouds.aws_data import Data
from fake_clouds.aws_front import Front
from fake_clouds.aws_hubs import Hubs
from fake_clouds.aws_keeping import Keeping
from fake_clouds.aws_learning import Learning
from fake_clouds.aws_messages import Messages


class Services(Messages, Containers, Data, Learning, Front):
    """Everything in one region that the web estate does not have."""

    def seed(self) -> None:
        ec2 = self.web.ec2
        group = ec2.describe_security_groups(GroupIds=[self.web.groups["web-app"]])["SecurityGroups"][0]
        self.vpc = self.web.ec2_arn("vpc", group["VpcId"])
        self._keys_and_secrets()
        self._messages()
        self._containers()
        self._clusters_of_pods()
        self._batch()
        self._files()
        self._caches()
        self._analytics()
        self._learning()
        self._front()
        self._doors()
        Hubs(self).seed()
        Keeping(self).seed()
        self.web.estate.tell_tags(self.region, self.bulk)
