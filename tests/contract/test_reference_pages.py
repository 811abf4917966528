"""docs/reference and the policies of the clouds are what the code says, and the documentation builds as a site."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_reference_is_what_the_code_says():
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "reference.py", "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_command_and_setting_of_the_contract_is_in_the_reference():
    commands = (ROOT / "docs/reference/command-line.md").read_text(encoding="utf-8")
    for named in ("draw", "discover aws", "discover azure", "discover gcp", "import", "diagram", "diff", "drift"):
        assert f"\n## cloudviz {named}\n" in commands
    settings = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    for variable in ("CLOUDVIZ_DATABASE_URL", "CLOUDVIZ_AUTH__SECRET", "CLOUDVIZ_SERVER__PUBLIC_URL"):
        assert f"`{variable}`" in settings
    routes = (ROOT / "docs/reference/api.md").read_text(encoding="utf-8")
    described = json.loads((ROOT / "openapi.json").read_text(encoding="utf-8"))
    told = sum(line.startswith("| `") for line in routes.splitlines())
    methods = ("get", "post", "put", "patch", "delete")
    assert told == sum(method in methods for path in described["paths"].values() for method in path)


def test_policies_write_nothing():
    actions = json.loads((ROOT / "docs/clouds/policies/aws.json").read_text(encoding="utf-8"))["Statement"][0][
        "Action"
    ]
    verbs = {action.split(":")[1] for action in actions}
    assert actions and all(
        verb.startswith(("Get", "List", "Describe", "Search", "GET", "Batch")) for verb in verbs
    )
    azure = json.loads((ROOT / "docs/clouds/policies/azure.json").read_text(encoding="utf-8"))["Actions"]
    assert azure and all(action.endswith("/read") for action in azure)
    google = json.loads((ROOT / "docs/clouds/policies/gcp.json").read_text(encoding="utf-8"))[
        "includedPermissions"
    ]
    # Whose quota a call counts on; it changes nothing.
    last = {each.rsplit(".", 1)[1] for each in google if each != "serviceusage.services.use"}
    assert google and all(word.startswith(("get", "list", "search", "export")) for word in last), last


def test_the_documentation_builds_as_a_site_and_asks_no_other_host(tmp_path: Path):
    done = subprocess.run(
        [Path(sys.executable).with_name("mkdocs"), "build", "--strict", "--quiet", "--site-dir", tmp_path],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert 'src="http' not in page and 'rel="stylesheet" href="http' not in page
    assert (tmp_path / "types" / "aws.ec2.instance" / "index.html").exists()
