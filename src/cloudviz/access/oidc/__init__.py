"""Signing in by an identity provider: OpenID Connect's code flow with PKCE, state, nonce and issuer."""

from __future__ import annotations

from cloudviz.access.oidc.flow import Begun, SignInElsewhere

__all__ = ["Begun", "SignInElsewhere"]
