"""Settings: the order of their sources, their origins, masked secrets, and refusals that name the place."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cloudviz.errors import BadInput
from cloudviz.runtime.settings import describe, kept_secret, load_settings, mask_url


def test_flag_beats_environment_beats_file_beats_default(tmp_path: Path) -> None:
    (tmp_path / "cloudviz.toml").write_text('log_level = "info"\n[auth]\naccess_minutes = 5\nrefresh_days = 3\n')
    environment = {"CLOUDVIZ_AUTH__ACCESS_MINUTES": "6", "DATABASE_URL": "postgresql://app:pw@db/app"}
    loaded = load_settings({"auth.access_minutes": 7, "server.port": None}, environment, tmp_path)
    settings = loaded.settings
    assert (settings.auth.access_minutes, settings.auth.refresh_days, settings.server.port) == (7, 3, 8000)
    assert settings.database() == "postgresql://app:pw@db/app"
    assert loaded.origins["auth.access_minutes"] == "flag"
    assert loaded.origins["auth.refresh_days"].endswith("cloudviz.toml")
    assert loaded.origins["database_url"] == "DATABASE_URL"
    assert loaded.origins["server.port"] == "default"


def test_nothing_set_is_sqlite_in_the_data_folder(tmp_path: Path) -> None:
    settings = load_settings({"data_dir": tmp_path / "d"}, {}, tmp_path).settings
    assert settings.database() == f"sqlite:///{tmp_path}/d/cloudviz.sqlite3"


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"CLOUDVIZ_AUTH__ACCESS_MINUTES": "soon"}, "auth.access_minutes"),
        ({"CLOUDVIZ_SERVER__PORT": "70000"}, "server.port"),
    ],
)
def test_a_wrong_value_is_refused_with_its_name_and_place(
    tmp_path: Path, environment: dict[str, str], named: str
) -> None:
    with pytest.raises(BadInput) as caught:
        load_settings({}, environment, tmp_path)
    assert named in caught.value.detail
    assert caught.value.where in environment


@pytest.mark.parametrize("text", ["[auth\n", "colour = 1\n", "[auth]\ncolour = 1\n"])
def test_a_wrong_file_is_refused_with_its_path(tmp_path: Path, text: str) -> None:
    (tmp_path / "cloudviz.toml").write_text(text)
    with pytest.raises(BadInput) as caught:
        load_settings({}, {}, tmp_path)
    assert caught.value.where.endswith("cloudviz.toml")


def test_secrets_are_masked_where_settings_are_shown(tmp_path: Path) -> None:
    environment = {
        "DATABASE_URL": "postgresql://app:canary-1@db/app",
        "REDIS_URL": "redis://:canary-2@cache:6379/0",
        "CLOUDVIZ_AUTH__SECRET": "canary-3-" + "x" * 40,
    }
    shown = str(describe(load_settings({}, environment, tmp_path)))
    assert "canary" not in shown
    assert "postgresql://app:•••@db/app" in shown
    assert "canary" not in repr(load_settings({}, environment, tmp_path).settings)
    assert mask_url("sqlite:///x.db") == "sqlite:///x.db"


def test_every_setting_has_a_meaning(tmp_path: Path) -> None:
    rows = describe(load_settings({}, {}, tmp_path))
    assert len(rows) > 15
    assert all(meaning for _, _, _, meaning in rows)


def test_a_short_signing_secret_is_refused(tmp_path: Path) -> None:
    settings = load_settings({}, {"CLOUDVIZ_AUTH__SECRET": "short"}, tmp_path).settings
    with pytest.raises(BadInput, match="32 bytes"):
        settings.signing_secret()


def test_processes_that_start_together_agree_on_the_kept_secret(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "signing.key"
    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(lambda _: kept_secret(path), range(64)))
    assert len(found) == 1
    assert len(found.pop()) == 64
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["signing.key"]


def test_a_password_in_the_query_of_a_url_is_masked_too() -> None:
    url = "postgresql://app@db/x?sslmode=require&password=s3cret&sslpassword=s3cret#f"
    assert mask_url(url) == "postgresql://app:•••@db/x?sslmode=require&password=•••&sslpassword=•••#f"
