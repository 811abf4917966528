"""AWS as moto plays it, for the keys and secrets that live there."""

from fake_clouds.fixtures import aws_credentials, moto_server

__all__ = ["aws_credentials", "moto_server"]
