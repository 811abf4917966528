"""What load balancers and Prometheus see."""

from __future__ import annotations

from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.api.serving import Server, assert_problem, instance, serve, settings_with

import cloudviz
from cloudviz.api import web_app
from cloudviz.inventory.model import CoverageStatus


async def test_health_names_every_part(server: Server) -> None:
    health = (await server.client.get("/health")).json()
    assert (health["status"], health["version"]) == ("healthy", cloudviz.__version__)
    assert health["components"].keys() == {"database", "redis", "cloud_apis", "jobs", "storage"}
    assert health["components"]["database"]["status"] == "healthy"
    has_redis = bool(server.settings.redis_url.get_secret_value())
    assert health["components"]["redis"]["status"] == ("healthy" if has_redis else "unused")
    assert (await server.client.get("/health/live")).json() == {"status": "alive"}
    assert (await server.client.get("/health/ready")).json() == {"status": "ready"}


async def test_health_tells_of_a_worker_that_stopped(working_server: Server) -> None:
    house = working_server.app.state.house
    assert (await working_server.client.get("/health")).json()["components"]["jobs"]["status"] == "healthy"
    await house.worker.stop()
    await house.worker_task
    health = (await working_server.client.get("/health")).json()
    assert (health["status"], health["components"]["jobs"]["status"]) == ("degraded", "unhealthy")


async def test_health_gives_no_place_or_password_away(server: Server) -> None:
    text = (await server.client.get("/health")).text
    for secret in ("127.0.0.1", "sesame", "/tmp", str(server.settings.data_dir)):
        assert secret not in text


async def metrics(server: Server) -> dict[str, dict[tuple[str, ...], float]]:
    """Sample name → label values → value."""
    reply = await server.client.get("/metrics")
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(reply.text):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


async def test_metrics_count_what_is_in_the_store(server: Server) -> None:
    await server.record([instance(n) for n in range(7)])
    found = await metrics(server)
    assert found["cloudviz_resources_discovered"] == {("aws",): 7}
    assert found["cloudviz_discoveries_total"] == {("aws", "completed"): 1}


async def test_durations_are_labelled_by_template_never_by_id(server: Server) -> None:
    await server.record([instance(1)])
    await server.get(f"/resources/{instance(1).id}")
    await server.get(f"/resources/{instance(1).id}/history")
    await server.get("/jobs/not-a-job")
    await server.client.get("/wp-admin/setup.php")
    await server.client.request("BREW", "/coffee")
    found = await metrics(server)
    labels = set(found["cloudviz_api_request_duration_seconds_count"])
    assert ("GET", "/resources/{resource_id}", "200") in labels
    assert ("GET", "/resources/{resource_id}/history", "200") in labels
    assert ("GET", "/jobs/{job_id}", "404") in labels
    assert ("POST", "/auth/exchange", "200") in labels
    assert ("GET", "(none)", "404") in labels
    assert ("other", "(none)", "404") in labels
    assert not [label for label in labels if "i-0" in label[1] or "not-a-job" in label[1] or "wp-" in label[1]]


async def test_sign_ins_are_counted(light_server: Server) -> None:
    await light_server.client.post("/auth/login", json={"username": "x", "password": "y"})
    assert (await metrics(light_server))["cloudviz_sign_ins_total"] == {("failed",): 1}


async def test_without_a_bundle_the_page_says_how_to_build_it(light_server: Server) -> None:
    page = await light_server.client.get("/")
    assert page.status_code == 200 and page.headers["content-type"] == "text/html; charset=utf-8"
    if not (web_app.BUNDLE / "index.html").exists():
        assert "make web" in page.text


async def test_the_bundle_is_served_and_nothing_beside_it(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fastapi import FastAPI

    bundle = tmp_path / "bundle"
    (bundle / "assets").mkdir(parents=True)
    (bundle / "index.html").write_text("<!doctype html><title>map</title>")
    (bundle / "assets" / "app-0a1b2c3d.js").write_text("1")
    (bundle / "assets" / "plain.js").write_text("2")
    (tmp_path / "secret.txt").write_text("secret")
    (bundle / "assets" / "link.js").symlink_to(tmp_path / "secret.txt")
    original = web_app.install
    monkeypatch.setattr(web_app, "install", lambda app: original(app, bundle))
    async for server in serve(settings_with(sqlite_url, tmp_path)):
        assert isinstance(server.app, FastAPI)
        page = await server.client.get("/")
        assert page.text.endswith("<title>map</title>") and page.headers["cache-control"] == "no-cache"
        hashed = await server.client.get("/assets/app-0a1b2c3d.js")
        assert hashed.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert hashed.headers["content-type"].startswith("text/javascript")
        assert (await server.client.get("/assets/plain.js")).headers["cache-control"] == "no-cache"
        for path in (
            "/assets/link.js",
            "/assets/../index.html",
            "/assets/%2e%2e/index.html",
            "/assets/..%2findex.html",
            "/assets/....//index.html",
            "/assets/%2Fetc%2Fpasswd",
            "/assets/",
            "/assets/" + "x" * 5000,
        ):
            assert_problem(await server.client.get(path), 404, "not_found")


async def test_cors_answers_exactly_the_origins_of_the_settings(sqlite_url: str, tmp_path: Path) -> None:
    settings = settings_with(sqlite_url, tmp_path, server={"cors_origins": ["https://map.example.org"]})
    async for server in serve(settings):
        for origin, allowed in {
            "https://map.example.org": True,
            "https://map.example.org.evil.test": False,
            "http://map.example.org": False,
            "https://evil.test": False,
            "null": False,
        }.items():
            reply = await server.client.get("/health/live", headers={"Origin": origin})
            assert (reply.headers.get("access-control-allow-origin") == origin) is allowed


async def test_no_cors_without_the_setting(light_server: Server) -> None:
    reply = await light_server.client.get("/health/live", headers={"Origin": "https://evil.test"})
    assert "access-control-allow-origin" not in reply.headers


async def test_the_app_migrates_and_opens_its_own_database(tmp_path: Path) -> None:
    import httpx

    from cloudviz.api.app import create_app

    app = create_app(settings_with(f"sqlite:///{tmp_path}/new/own.sqlite3", tmp_path), embedded_worker=True)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://cloudviz.test") as client:
            assert (await client.get("/health/ready")).status_code == 200


async def test_endpoints_that_do_not_answer_are_named_in_health_and_metrics(server: Server) -> None:
    breakers = server.app.state.house.breakers
    assert (await server.client.get("/health")).json()["components"]["cloud_apis"]["status"] == "unused"
    breakers.at("azure", "management.azure.com (resource graph)").admit().answered()
    breaker = breakers.at("aws", "ec2.eu-west-1.amazonaws.com")
    late = breaker.admit()
    for _ in range(3):
        breaker.admit().failed(CoverageStatus.TIMEOUT)
    health = (await server.client.get("/health")).json()
    assert health["status"] == health["components"]["cloud_apis"]["status"] == "degraded"
    assert health["components"]["cloud_apis"]["detail"] == (
        "aws: ec2.eu-west-1.amazonaws.com is not answering, next try in 30 s"
    )
    found = await metrics(server)
    assert found["cloudviz_cloud_endpoint_open"] == {("ec2.eu-west-1.amazonaws.com", "aws"): 1}
    counted = {key: count for key, count in found["cloudviz_cloud_endpoints"].items() if count}
    assert counted == {("aws", "open"): 1, ("azure", "closed"): 1}
    late.answered()
    assert (await server.client.get("/health")).json()["status"] == "healthy"
    assert "cloudviz_cloud_endpoint_open" not in await metrics(server)


async def test_health_names_only_some_of_many_endpoints(light_server: Server) -> None:
    for number in range(8):
        breaker = light_server.app.state.house.breakers.at("aws", f"s{number}.example")
        for _ in range(3):
            breaker.admit().failed(CoverageStatus.FAILED)
    said = (await light_server.client.get("/health")).json()["components"]["cloud_apis"]["detail"]
    assert said.count("is not answering") == 5
    assert said.endswith("and 3 more endpoints")
