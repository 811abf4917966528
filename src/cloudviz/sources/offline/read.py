"""Read files: find them, tell their format from their content, and gather what they hold."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic
from typing import Any

from cloudviz.errors import BadInput, Cancelled, CloudVizError, TooLarge, UnknownFormat
from cloudviz.inventory.model import Inventory, Problem, RawItem, Shape
from cloudviz.sources.offline.ari import ARI, ARI_WORKBOOK
from cloudviz.sources.offline.arm_template import ARM_TEMPLATE
from cloudviz.sources.offline.arns import place_of_folders
from cloudviz.sources.offline.aws_cli import AWS_CLI
from cloudviz.sources.offline.azure_rows import AZURE_ROWS
from cloudviz.sources.offline.cloudformation import STACK_RESOURCES, TEMPLATE
from cloudviz.sources.offline.config_items import CONFIG_ITEMS
from cloudviz.sources.offline.documents import parse
from cloudviz.sources.offline.files import SUFFIXES, WHOLE_BYTES, Found, find, open_text
from cloudviz.sources.offline.format import ROWS, SHEETS, Asked, Contents, Document, Format
from cloudviz.sources.offline.google_rows import GOOGLE_ROWS
from cloudviz.sources.offline.inventory_document import INVENTORY_DOCUMENT
from cloudviz.sources.offline.kept import Kept
from cloudviz.sources.offline.steampipe import STEAMPIPE
from cloudviz.sources.offline.terraform_show import TERRAFORM_SHOW
from cloudviz.sources.offline.terraform_state import ENCRYPTED_STATE, OTHER_STATE_VERSION, TERRAFORM_STATE
from cloudviz.sources.offline.terraform_state_v3 import TERRAFORM_STATE_V3
from cloudviz.sources.offline.workbooks import sheets
from cloudviz.sources.provider import Progress, ScanProgress

FORMATS: tuple[Format, ...] = (
    INVENTORY_DOCUMENT,
    TERRAFORM_STATE,
    TERRAFORM_STATE_V3,
    TERRAFORM_SHOW,
    ENCRYPTED_STATE,
    OTHER_STATE_VERSION,
    STEAMPIPE,
    CONFIG_ITEMS,
    STACK_RESOURCES,
    TEMPLATE,
    ARM_TEMPLATE,
    ARI,
    ARI_WORKBOOK,
    AZURE_ROWS,
    GOOGLE_ROWS,
    AWS_CLI,
)
"""Every format, asked in this order whether a file is of its kind. A new format is one file and one line here."""

TELL_SECONDS = 1.0
"""How often it is told how far a large file is read."""

COLLECT_EVERY = (50_000, 20, 20)
"""How seldom Python looks for cycles while files are read, instead of (700, 10, 10): nothing here makes any."""

MOST_UNPACKED = 20_000
"""Things that several files hold together before they are packed."""


@dataclass(slots=True)
class OfflineResult:
    """What all the files held.

    Attributes:
        items: their things: what tells more of a thing comes later, but where a large file is packed. There
            :func:`weight` says what counts.
        problems: what was odd, files that could not be read among it.
        inventories: the files that are CloudViz inventories already.
        sources: the files read, as they were named.
        left_out: native type → how many entries are no resources of a cloud.
        lineages: of the files that are Terraform states and have one.
    """

    items: list[RawItem] | Kept[RawItem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    inventories: list[Inventory] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    lineages: list[str] = field(default_factory=list)


def read_paths(
    paths: Sequence[Path],
    *,
    account: str = "",
    region: str = "",
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> OfflineResult:
    """Read files and folders.

    Arguments:
        paths: files of any name, folders (see :data:`~cloudviz.sources.offline.files.SUFFIXES`), or ``-`` for
            standard input. A file that is reached twice is read once.
        account, region: for resources whose file does not say where they are. Left empty, folders that are called
            like an AWS account or region tell it of the files in them.
        on_progress: called after each file.
        cancelled: asked now and then; when it says true, :class:`~cloudviz.errors.Cancelled` is raised.

    Returns what the files hold. When there are several, one that can't be read is a problem and the rest goes on.
    Raises :class:`~cloudviz.errors.BadInput` or one of its kind when nothing could be read.
    """
    with _seldom_collected():
        return _read_all(paths, Asked(account, region, cancelled), on_progress)


def _read_all(paths: Sequence[Path], asked: Asked, on_progress: Progress | None) -> OfflineResult:
    found, problems = find(paths)
    result = OfflineResult(problems=problems)
    if not found:
        names = ", ".join(str(path) for path in paths) or "nothing"
        wanted = ", ".join(f"*{suffix}" for suffix in SUFFIXES)
        raise BadInput(f"{names}: no {wanted} files in it.", hint="Give a file by its name, whatever it is.")
    refusals: list[CloudVizError] = []
    guesses: list[CloudVizError] = []
    for number, each in enumerate(found, start=1):
        asked.go_on()
        try:
            tell = _teller(on_progress, ScanProgress(number - 1, len(found), len(result.items), each.name))
            _add(result, _contents(each, _placed(asked, each.name), tell), each.name)
        except Cancelled:
            raise
        except CloudVizError as error:
            if each.is_guess and not isinstance(error, TooLarge):
                guesses.append(error)
                continue
            # What to do is said once: a folder may hold hundreds of files of one format that is not read.
            hint = "" if any(error.hint == told.hint for told in refusals) else error.hint
            refusals.append(error)
            what = f"{error.detail} {hint}".strip()
            result.problems.append(Problem("", what, error.where or each.name))
        if on_progress is not None:
            on_progress(ScanProgress(number, len(found), len(result.items), each.name))
    if not result.sources:
        raise _none(refusals or guesses)
    if guesses:
        result.left_out["other files"] = len(guesses)
    # Where several files tell of one thing the last one counts: what tells more comes later.
    if isinstance(result.items, list):
        result.items.sort(key=weight)
    return result


@contextmanager
def _seldom_collected() -> Iterator[None]:
    before = gc.get_threshold()
    if before[0] < COLLECT_EVERY[0]:
        gc.set_threshold(*COLLECT_EVERY)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _placed(asked: Asked, name: str) -> Asked:
    account, region = place_of_folders(name)
    return replace(asked, account=asked.account or account, region=asked.region or region)


def weight(item: RawItem) -> int:
    """How much is to be given on an item: a mere name, a state, which may be old, what the cloud itself said."""
    if "@item" in item.body or item.unseen:
        return 0
    return 1 if item.shape is Shape.TERRAFORM else 2


def _add(result: OfflineResult, contents: Contents, name: str) -> None:
    result.sources.append(name)
    if contents.lineage:
        result.lineages.append(contents.lineage)
    is_much = isinstance(contents.items, Kept) or len(result.items) + len(contents.items) > MOST_UNPACKED
    if is_much and isinstance(result.items, list):
        result.items = Kept(result.items)
    result.items.extend(contents.items)
    result.problems.extend(contents.problems)
    result.inventories.extend(contents.inventories)
    for native_type, count in contents.left_out.items():
        result.left_out[native_type] = result.left_out.get(native_type, 0) + count


def _none(refusals: list[CloudVizError]) -> CloudVizError:
    first = refusals[0]
    if len(refusals) == 1:
        return first
    return UnknownFormat(f"none of {len(refusals):,} files could be read; the first: {first.one_line()}", where="")


def _teller(on_progress: Progress | None, so_far: ScanProgress) -> Callable[[int], None]:
    """What tells of a file's bytes read so far, once a second."""
    told_at = [monotonic()]

    def tell(read: int) -> None:
        if on_progress is not None and monotonic() - told_at[0] >= TELL_SECONDS:
            told_at[0] = monotonic()
            on_progress(replace(so_far, at=f"{so_far.at} ({read / 1e6:,.0f} MB)"))

    return tell


def _contents(found: Found, asked: Asked, tell: Callable[[int], None]) -> Contents:
    if found.is_workbook:
        document = Document(found.name, {SHEETS: sheets(found.path, found.name, asked.go_on)})
        return recognise(document).read(document, asked)
    opened = open_text(found)

    def cancelled() -> bool:
        tell(opened.read)
        return asked.cancelled is not None and asked.cancelled()

    try:
        document = parse(opened)
        kind = recognise(document)
        if document.elements is not None and not kind.streams:
            raise TooLarge(
                f"is a {kind.name} of more than {WHOLE_BYTES >> 20} MiB, the most that is read of this format.",
                where=found.name,
            )
        contents = kind.read(document, replace(asked, cancelled=cancelled))
        lineage = document.top.get("lineage")
        contents.lineage = lineage[:100] if isinstance(lineage, str) else ""
        return contents
    finally:
        opened.close()


def recognise(document: Document) -> Format:
    """The format of a document, or :class:`~cloudviz.errors.UnknownFormat` when it is none of :data:`FORMATS`."""
    seen = document.top if document.sample is None else document.sample
    for kind in FORMATS:
        if kind.recognise(seen):
            return kind
    if isinstance(seen.get(SHEETS), dict):
        titles = ", ".join(repr(title[:40]) for title in list(seen[SHEETS])[:5]) or "none"
        raise UnknownFormat(
            f"is a workbook, and not one of Azure Resource Inventory (its sheets: {titles}).", where=document.name
        )
    rows = seen.get(ROWS)
    first: Any = seen if rows is None else next((each for each in rows if isinstance(each, dict)), {})
    keys = ", ".join(repr(key[:40]) for key in list(first)[:5]) or "no keys"
    raise UnknownFormat(
        f"is JSON, and of no format that CloudViz reads (its keys: {keys}).",
        where=document.name,
        hint="CloudViz reads Terraform states (`terraform state pull > FILE`), what the clouds' own tools print "
        "as JSON, their exports, and CloudViz inventories.",
    )
