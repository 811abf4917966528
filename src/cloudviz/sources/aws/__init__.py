"""AWS as a source: boto3's API models, a bounded pool of threads, and a word on everything not seen."""

from cloudviz.sources.aws.permissions import permissions
from cloudviz.sources.aws.provider import AwsProvider
from cloudviz.sources.aws.session import Limits

__all__ = ["AwsProvider", "Limits", "permissions"]
