"""Secrets at rest and secrets from elsewhere.

``envelope`` seals a value for one place, ``keyring`` holds the keys that do it, ``master_keys`` and
``remote_keys`` are where such keys live, ``references`` reads a setting from a file or a secret store.
"""

from __future__ import annotations
