"""Everything about who may come in, put together from the settings."""

from __future__ import annotations

from datetime import timedelta

from cloudviz.access.api_keys import ApiKeys
from cloudviz.access.audit import SecurityLog
from cloudviz.access.identities import Identities
from cloudviz.access.oidc import SignInElsewhere
from cloudviz.access.passwords import Passwords
from cloudviz.access.people import Admissions
from cloudviz.access.sign_in import SignIn
from cloudviz.access.tokens import AccessTokens, SigningKey
from cloudviz.runtime.settings import Settings
from cloudviz.store import Store


class Door:
    """The one object that the API and the command line need of this room.

    Attributes:
        log: the audit of security events.
        sign_in: grants, refresh, codes, and who a token or key belongs to.
        elsewhere: signing in by identity providers.
        identities: by which providers an account may sign in.
        keys: API keys.
        admissions: adding people, and changing what they may.
    """

    def __init__(self, settings: Settings, store: Store) -> None:
        self.log = SecurityLog(store)
        self._passwords = Passwords()
        self.sign_in = SignIn(
            store,
            tokens=AccessTokens(
                [SigningKey.from_secret(each) for each in settings.signing_secrets()],
                lifetime=timedelta(minutes=settings.auth.access_minutes),
                issuer=settings.auth.issuer,
                audience=settings.auth.audience,
            ),
            passwords=self._passwords,
            log=self.log,
            refresh_lifetime=timedelta(days=settings.auth.refresh_days),
        )
        self.elsewhere = SignInElsewhere(store, settings.oidc.providers, sign_in=self.sign_in, log=self.log)
        self.identities = Identities(store, self.log, self.sign_in, settings.oidc.providers)
        self.keys = ApiKeys(store, self.log, self.sign_in.recognition)
        self.admissions = Admissions(store, self._passwords, self.log, self.sign_in)

    def close(self) -> None:
        """Let the hashing threads go."""
        self._passwords.close()
