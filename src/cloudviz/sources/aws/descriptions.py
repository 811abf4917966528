"""botocore's descriptions of services, read once for a process and without their prose.

They are as large as a scan itself: most of them is documentation, and botocore keeps them as OrderedDict, anew for
each session. Fifty services took 250 MB; they take 60.
"""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
from botocore.loaders import JSONFileLoader, Loader, create_loader
from botocore.session import Session


class _LeanFiles(JSONFileLoader):  # type: ignore[misc]
    """Files of descriptions without what only people read."""

    def load_file(self, file_path: str) -> Any:
        """What a file says, whose path is given without its ending; None without it."""
        for ending, read in ((".json", Path.read_bytes), (".json.gz", _unzipped)):
            path = Path(file_path + ending)
            if path.is_file():
                try:
                    said = orjson.loads(read(path))
                except ValueError:
                    return super().load_file(file_path)  # somebody's own model, of what orjson does not take
                _leave_out_prose(said)
                return said
        return None


def _unzipped(path: Path) -> bytes:
    with gzip.open(path) as file:
        return file.read()


def _leave_out_prose(said: Any) -> None:
    """Empty documentation, which is text (a member of that name is an object). botocore adds to some of it."""
    if type(said) is dict:
        if type(said.get("documentation")) is str:
            said["documentation"] = ""
        for each in said.values():
            _leave_out_prose(each)
    elif type(said) is list:
        for each in said:
            _leave_out_prose(each)


@lru_cache(maxsize=4)
def _loader(data_path: str | None) -> Loader:
    made = create_loader(data_path)
    made.file_loader = _LeanFiles()
    return made


def lean(session: Session) -> Session:
    """The session, which reads descriptions from what all sessions of this process share."""
    session.register_component("data_loader", _loader(session.get_config_variable("data_path")))
    return session
