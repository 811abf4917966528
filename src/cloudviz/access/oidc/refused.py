"""Why a sign-in by an identity provider was refused: in full for the audit, in the same words for all others."""

from __future__ import annotations

from cloudviz.errors import Unauthenticated


class Refused(Unauthenticated):
    """Something was not as it must be. ``reason`` is for the audit: it would tell a forger what to mend."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            "the sign-in by the identity provider did not succeed",
            hint="Begin again from the sign-in page; the audit tells administrators why.",
        )
        self.reason = reason
