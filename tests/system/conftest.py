"""The fake clouds for tests that go the whole way."""

from fake_clouds.azure_scan import azure_server, fake_azure, shops, whole_azure
from fake_clouds.fixtures import (
    all_aws_truth,
    aws_credentials,
    aws_truth,
    faulty_aws,
    faulty_server,
    moto_server,
)

__all__ = [
    "all_aws_truth",
    "aws_credentials",
    "aws_truth",
    "azure_server",
    "fake_azure",
    "faulty_aws",
    "faulty_server",
    "moto_server",
    "shops",
    "whole_azure",
]
