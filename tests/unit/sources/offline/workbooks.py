"""Workbooks as Excel writes them, made by hand for tests."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def write_workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[object]]], *, prolog: str = "") -> None:
    """Write sheets whose texts are shared, as Excel writes them. ``prolog`` comes before each sheet."""
    texts: list[str] = []

    def cell(value: object) -> str:
        if isinstance(value, str):
            texts.append(value)
            return f'<c t="s"><v>{len(texts) - 1}</v></c>'
        return f"<c><v>{value}</v></c>" if value is not None else "<c/>"

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        listed, related = "", ""
        for number, (title, rows) in enumerate(sheets.items(), 1):
            written = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
            archive.writestr(
                f"xl/worksheets/sheet{number}.xml",
                f'{prolog}<worksheet xmlns="{_MAIN}"><sheetData>{written}</sheetData></worksheet>',
            )
            listed += f'<sheet name={quoteattr(title)} sheetId="{number}" r:id="rId{number}"/>'
            related += f'<Relationship Id="rId{number}" Type="x" Target="worksheets/sheet{number}.xml"/>'
        shared = "".join(f"<si><t>{escape(each)}</t></si>" for each in texts)
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{_MAIN}">{shared}</sst>')
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        )
        archive.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{related}</Relationships>")
        archive.writestr("[Content_Types].xml", "<Types/>")
