"""What administrators see of the installation: its settings, without secrets."""

from __future__ import annotations

from pathlib import Path

from tests.api.serving import SECRET, serve

from cloudviz.runtime.settings import load_settings

PASSWORD = "hunter2-of-everything"


async def test_settings_are_told_with_their_origin_and_without_secrets(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "cloudviz.toml").write_text("[jobs]\nconcurrency = 7\n")
    environment = {
        "CLOUDVIZ_DATABASE_URL": sqlite_url,
        "CLOUDVIZ_DATA_DIR": str(tmp_path / "data"),
        "CLOUDVIZ_AUTH__SECRET": SECRET,
        "CLOUDVIZ_DATABASE_REPLICA_URL": f"postgresql://cloudviz:{PASSWORD}@db.example.org/cloudviz",
        "CLOUDVIZ_STORAGE__ENDPOINT": f"https://minio:{PASSWORD}@files.example.org",
        "CLOUDVIZ_SECRETS__VAULT_TOKEN": PASSWORD,
        "CLOUDVIZ_OIDC__PROVIDERS": '{"corp": {"issuer": "https://id.example.org", "client_id": "maps", '
        f'"client_secret": "{PASSWORD}"}}}}',
    }
    settings = load_settings(environment=environment, directory=tmp_path).settings
    settings = settings.model_copy(update={"database_replica_url": type(settings.redis_url)("")})
    async for server in serve(settings):
        reply = await server.get("/admin/settings", role="admin")
        assert reply.status_code == 200
        told = {each["name"]: each for each in reply.json()["items"]}
        assert told["jobs.concurrency"]["value"] == "7"
        assert told["jobs.concurrency"]["origin"] == str(tmp_path / "cloudviz.toml")
        assert told["auth.secret"] == {
            "name": "auth.secret",
            "value": "•••",
            "origin": "CLOUDVIZ_AUTH__SECRET",
            "meaning": told["auth.secret"]["meaning"],
        }
        assert told["auth.access_minutes"]["origin"] == "default"
        assert told["storage.endpoint"]["value"] == "https://minio:•••@files.example.org"
        for secret in (PASSWORD, SECRET):
            assert secret not in reply.text
