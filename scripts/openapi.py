#!/usr/bin/env python3
"""Write openapi.json, what the API says of itself, and what the SDKs are made of it.

    scripts/openapi.py           write openapi.json and the generated parts of sdk/python and sdk/js
    scripts/openapi.py --check   say what is not as a fresh generation; exit code 1 when something is not

Run it after a change of a route or a schema: `make openapi`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))


def description() -> dict[str, Any]:
    """The OpenAPI document of the application, whatever the settings of this machine are."""
    from cloudviz.api.app import create_app
    from cloudviz.runtime.settings import Settings

    return create_app(Settings.model_construct(), embedded_worker=False).openapi()


def generated() -> dict[str, str]:
    """Path from the root → content of everything that is made of the description, and of itself."""
    import sdk_python
    import sdk_typescript

    document = description()
    return {
        "openapi.json": json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n",
        **sdk_python.generate(document, ROOT / "sdk" / "python"),
        **sdk_typescript.generate(document),
    }


def stale(made: dict[str, str]) -> list[str]:
    """The paths whose files are missing or hold something else."""
    return [
        path
        for path, content in made.items()
        if not (ROOT / path).is_file() or (ROOT / path).read_text(encoding="utf-8") != content
    ]


def main(arguments: list[str]) -> int:
    """The command line of this script."""
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    made = generated()
    changed = stale(made)
    if arguments:
        for path in changed:
            print(f"{path} is not what `make openapi` writes", file=sys.stderr)
        return int(bool(changed))
    for path in changed:
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(made[path], encoding="utf-8")
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
