"""The same databases as the store's suite."""

from tests.store.conftest import empty_url, migrated_name, store, url

__all__ = ["empty_url", "migrated_name", "store", "url"]
