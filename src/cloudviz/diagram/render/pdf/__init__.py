"""PDF, written directly: vectors, each font once, text that can be searched, links, and pages to print.

Skia writes PDF too, but embeds a font for each colour that text has and repeats the picture on every page; see
decision 0009. Source: ISO 32000-1, 7.7 (document structure), 12.3 (outlines, page labels), 12.5.6.5 (links), annex
C.2 (the largest page is 14,400 units).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil

from cloudviz.diagram.render.operations import Operation, Painting, Path, Rect, Text
from cloudviz.diagram.render.pdf.content import Area, Content, Icons, Tag
from cloudviz.diagram.render.pdf.file import File, number, words
from cloudviz.diagram.render.pdf.fonts import Fonts
from cloudviz.diagram.render.pdf.pages import HEAD, MARGIN, NATURAL, PAGES, Sheet, Tile, plan
from cloudviz.diagram.text import fit, measure

__all__ = ["PAGES", "pdf"]

LARGEST_PAGE = 14_400.0
_SMALL = 8.0
_MOST_TOLD = 800  # things in a picture beyond which nobody listens to all; each takes 200 bytes


def pdf(painting: Painting, page: str = "fit") -> bytes:
    """The painting as a PDF; the same painting gives the same bytes.

    Arguments:
        page: ``fit`` for one page of the picture's own size (96 px to the inch, smaller where that passes what
            readers open), or a paper size: one page where names stay readable on it, else an overview and as many
            pages as it takes, which overlap and point at their neighbours.

    Raises Invalid for a page that does not exist.
    """
    width, height = max(painting.width, 1.0), max(painting.height, 1.0)
    book = _Book(painting, width, height)
    if page == "fit":
        scale = min(NATURAL, LARGEST_PAGE / max(width, height))
        book.whole(Sheet(ceil(width * scale), ceil(height * scale), scale))
    else:
        laid = plan(width, height, page)
        if laid.sheet is not None:
            book.tiled(laid.whole, laid.tiles, laid.sheet)
        else:
            book.whole(laid.whole)
    return book.written()


class _Book:
    """The pages of one file."""

    def __init__(self, painting: Painting, width: float, height: float) -> None:
        self._painting = painting
        self._size = width, height
        self._file = File()
        self._tree = self._file.reserve()
        self._resources = self._file.reserve()
        self._fonts = Fonts(self._file)
        self._icons = Icons(self._file, painting.theme)
        self._form = 0
        self._pages: list[int] = []
        self._names: list[str] = []
        self._told: list[tuple[int, list[Tag]]] = []
        self._picture = Content(self._fonts, self._icons)

    def whole(self, laid: Sheet) -> None:
        """One page with the whole picture, in its middle; each box and line is told to who listens, if few are."""
        is_told = len(self._painting.items) <= _MOST_TOLD
        self._picture = Content(self._fonts, self._icons, tagged=is_told)
        self._picture.draw(self._painting.items)
        width, height = self._size
        left, top = (laid.width - width * laid.scale) / 2, (laid.height - height * laid.scale) / 2
        page = self._file.reserve()
        links = self._links((0.0, 0.0, width, height), laid.scale, left, top, laid.height)
        body = _placed(self._picture.data(), laid, laid.scale, left, top, self._painting.top)
        self._add(page, laid, body, links, "1", self._picture.tags)

    def tiled(self, whole: Sheet, tiles: Sequence[Tile], sheet: Sheet) -> None:
        """The overview, and a page for each tile; to who listens each page says its name."""
        self._picture.draw(self._painting.items)
        width, height = self._size
        top = self._painting.top
        box = f"0 {number(top)} {number(width)} {number(top + height)}"
        self._form = self._file.stream(
            self._picture.data(),
            f"/Type/XObject/Subtype/Form/BBox[{box}]/Resources {self._resources} 0 R",
        )
        overview = self._file.reserve()
        tiles = [tile for tile in tiles if self._tells(tile)]
        numbers = {(tile.row, tile.column): self._file.reserve() for tile in tiles}
        self._overview(overview, numbers, tiles, whole)
        for index, tile in enumerate(tiles):
            self._tile(f"{tile.name} · page {index + 2} of {len(tiles) + 1}", tile, overview, numbers, sheet)

    def _tells(self, tile: Tile) -> bool:
        """Whether a tile shows more than the borders of containers."""
        top = self._painting.top
        return any(
            tile.x <= x < tile.x + tile.width and tile.y <= y - top < tile.y + tile.height
            for x, y in self._picture.spots
        )

    def written(self) -> bytes:
        """The whole file."""
        file = self._file
        forms = self._icons.resources() + (f"/P {self._form} 0 R" if self._form else "")
        file.put(self._resources, f"<</Font<<{self._fonts.resources()}>>/XObject<<{forms}>>>>")
        kids = " ".join(f"{page} 0 R" for page in self._pages)
        file.put(self._tree, f"<</Type/Pages/Kids[{kids}]/Count {len(self._pages)}>>")
        labels = "".join(f"{index}<</P{words(name)}>>" for index, name in enumerate(self._names))
        several = ""
        if len(self._pages) > 1:
            several = f"/PageMode/UseOutlines/Outlines {self._outlines()} 0 R/PageLabels<</Nums[{labels}]>>"
        root = file.add(
            f"<</Type/Catalog/Pages {self._tree} 0 R/Lang(en)"
            f"/MarkInfo<</Marked true>>/StructTreeRoot {self._structure()} 0 R"
            f"/ViewerPreferences<</DisplayDocTitle true>>{several}>>"
        )
        painting = self._painting
        info = file.add(
            f"<</Title{words(painting.title)}/Subject{words(painting.description)}"
            "/Author(CloudViz)/Creator(CloudViz)/Producer(CloudViz)>>"
        )
        return file.written(root, info)

    def _outlines(self) -> int:
        file = self._file
        parent = file.reserve()
        items = [file.reserve() for _ in self._pages]
        for index, (item, page, name) in enumerate(zip(items, self._pages, self._names, strict=True)):
            beside = f"/Prev {items[index - 1]} 0 R" if index else ""
            beside += f"/Next {items[index + 1]} 0 R" if index + 1 < len(items) else ""
            file.put(item, f"<</Title{words(name)}/Parent {parent} 0 R/Dest[{page} 0 R/Fit]{beside}>>")
        return file.put(parent, f"<</Type/Outlines/First {items[0]} 0 R/Last {items[-1]} 0 R/Count {len(items)}>>")

    def _structure(self) -> int:
        """The tree of what is told to who listens, page by page (14.7, 14.8)."""
        file = self._file
        root, document = file.reserve(), file.reserve()
        parts: list[int] = []
        rows: list[str] = []
        for index, (page, tags) in enumerate(self._told):
            told = [
                file.add(
                    f"<</Type/StructElem/S/{tag.role}/P {document} 0 R/Pg {page} 0 R/K {mark}"
                    f"{f'/Alt{words(tag.said)}' if tag.said else ''}>>"
                )
                for mark, tag in enumerate(tags)
            ]
            parts += told
            rows.append(f"{index}[{' '.join(f'{part} 0 R' for part in told)}]")
        kids = " ".join(f"{part} 0 R" for part in parts)
        file.put(document, f"<</Type/StructElem/S/Document/P {root} 0 R/K[{kids}]>>")
        parents = file.add(f"<</Nums[{''.join(rows)}]>>")
        return file.put(
            root,
            f"<</Type/StructTreeRoot/K {document} 0 R/ParentTree {parents} 0 R/ParentTreeNextKey {len(rows)}>>",
        )

    def _add(
        self,
        page: int,
        laid: Sheet,
        body: bytes,
        links: list[str],
        name: str,
        tags: list[Tag] | None = None,
    ) -> None:
        ground = self._furnish([Rect(0, 0, laid.width, laid.height, fill=self._painting.theme.background)], laid)
        if tags is None:  # a part of the picture, or the whole of it small
            said = self._painting.description if name == "1" else f"{self._painting.title}: {name}"
            tags = [Tag("Figure", said)]
            body = b"/Figure<</MCID 0>>BDC\n" + body + b"EMC\n"
        content = self._file.stream(b"/Artifact BMC\n" + ground + b"EMC\n" + body)
        notes = f"/Annots[{' '.join(f'{self._file.add(link)} 0 R' for link in links)}]" if links else ""
        self._file.put(
            page,
            f"<</Type/Page/Parent {self._tree} 0 R/MediaBox[0 0 {number(laid.width)} {number(laid.height)}]"
            f"/Resources {self._resources} 0 R/Contents {content} 0 R/StructParents {len(self._told)}"
            f"/Tabs/S{notes}>>",
        )
        self._told.append((page, tags))
        self._pages.append(page)
        self._names.append(name)

    def _furnish(self, items: list[Operation], laid: Sheet) -> bytes:
        """Operations in points from the top left of the page."""
        content = Content(self._fonts, self._icons)
        content.draw(items)
        return b"q 1 0 0 -1 0 %s cm\n%sQ\n" % (number(laid.height).encode("ascii"), content.data())

    def _links(self, shown: Area, scale: float, left: float, top: float, height: float) -> list[str]:
        """The resources' links that lie in a part of the picture, as annotations."""
        x, y, width, height_shown = shown
        found = []
        for (item_x, item_y, wide, high), link in self._picture.links:
            item_y -= self._painting.top
            low_x, high_x = max(item_x, x), min(item_x + wide, x + width)
            low_y, high_y = max(item_y, y), min(item_y + high, y + height_shown)
            if low_x < high_x and low_y < high_y:
                area = (
                    left + (low_x - x) * scale, top + (low_y - y) * scale,
                    (high_x - low_x) * scale, (high_y - low_y) * scale,
                )  # fmt: skip
                found.append(_annotation(area, height, f"/A<</S/URI/URI({_quoted(link)})>>"))
        return found

    def _overview(
        self, page: int, numbers: dict[tuple[int, int], int], tiles: Sequence[Tile], laid: Sheet
    ) -> None:
        width, height = self._size
        theme = self._painting.theme
        left = (laid.width - width * laid.scale) / 2
        top = MARGIN + HEAD + (laid.height - 2 * MARGIN - HEAD - height * laid.scale) / 2
        links = []
        grid: list[Operation] = []
        for tile in tiles:
            low_x, low_y = max(tile.x, 0.0), max(tile.y, 0.0)
            high_x, high_y = min(tile.x + tile.width, width), min(tile.y + tile.height, height)
            area = (
                left + low_x * laid.scale, top + low_y * laid.scale,
                (high_x - low_x) * laid.scale, (high_y - low_y) * laid.scale,
            )  # fmt: skip
            grid.append(Rect(*area, 2, None, theme.badge, 0.6, (3.0, 2.0)))
            name = tile.name
            wide = measure(name, _SMALL, 600) + 8
            middle = area[0] + area[2] / 2
            low = area[1] + area[3] / 2
            grid += [
                Rect(middle - wide / 2, low - 6, wide, 12, 6, theme.badge),
                Text(middle, low + 0.36 * _SMALL, name, _SMALL, 600, theme.badge_text, "middle"),
            ]
            target = numbers[tile.row, tile.column]
            links.append(_annotation(area, laid.height, f"/Dest[{target} 0 R/Fit]"))
        said = f"Overview: {len(tiles)} pages follow; each field is one"
        body = self._shown(laid, laid.scale, left, top, (0.0, 0.0, width, height))
        body += self._furnish([*self._heading(laid, said), *grid], laid)
        self._add(page, laid, body, links, "Overview")

    def _tile(
        self, said: str, tile: Tile, overview: int, numbers: dict[tuple[int, int], int], laid: Sheet
    ) -> None:
        theme = self._painting.theme
        top = MARGIN + HEAD
        shown = (tile.x, tile.y, tile.width, tile.height)
        links = self._links(shown, laid.scale, MARGIN, top, laid.height)
        items = self._heading(laid, said)
        back = "Overview"
        wide = measure(back, _SMALL, 600)
        right = laid.width - MARGIN
        items.append(Text(right, MARGIN + 8, back, _SMALL, 600, theme.muted, "end"))
        links.append(
            _annotation((right - wide - 4, MARGIN - 2, wide + 8, 14), laid.height, f"/Dest[{overview} 0 R/Fit]")
        )
        for row, column in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            target = numbers.get((tile.row + row, tile.column + column))
            if target is None:
                continue
            name = replace(tile, row=tile.row + row, column=tile.column + column).name
            arrow, area = _arrow(row, column, name, laid, theme.muted)
            items += arrow
            links.append(_annotation(area, laid.height, f"/Dest[{target} 0 R/Fit]"))
        body = self._shown(laid, laid.scale, MARGIN, top, shown) + self._furnish(items, laid)
        self._add(numbers[tile.row, tile.column], laid, body, links, tile.name)

    def _heading(self, laid: Sheet, said: str) -> list[Operation]:
        theme = self._painting.theme
        title = fit(self._painting.title, (laid.width - 2 * MARGIN) / 2, _SMALL, 600)
        after = MARGIN + measure(title, _SMALL, 600) + 8
        return [
            Text(MARGIN, MARGIN + 8, title, _SMALL, 600, theme.text),
            Text(after, MARGIN + 8, said, _SMALL, 400, theme.muted),
        ]

    def _shown(self, laid: Sheet, scale: float, left: float, top: float, shown: Area) -> bytes:
        """A part of the picture, cut off at its edges."""
        x, y, width, height = shown
        clip = " ".join(map(number, (left, laid.height - top - height * scale, width * scale, height * scale)))
        start_x, start_y = left - x * scale, top - y * scale
        return (
            f"q {clip} re W n\n".encode("ascii")
            + _placed(b"/P Do\n", laid, scale, start_x, start_y, self._painting.top)
            + b"Q\n"
        )


def _placed(content: bytes, laid: Sheet, scale: float, left: float, top: float, cut: float) -> bytes:
    """A content stream in px from the top left, on a page that counts in points from the bottom."""
    place = f"{scale:.6f} 0 0 {-scale:.6f} {number(left)} {number(laid.height - top + cut * scale)}"
    return f"q {place} cm\n".encode("ascii") + content + b"Q\n"


def _arrow(row: int, column: int, name: str, laid: Sheet, colour: str) -> tuple[list[Operation], Area]:
    """The pointer to a neighbouring page, in the margin on its side."""
    middle_x, middle_y = laid.width / 2, (laid.height + HEAD) / 2
    edge = MARGIN - 8
    x = laid.width - edge if column > 0 else edge if column < 0 else middle_x
    y = laid.height - edge if row > 0 else edge + HEAD if row < 0 else middle_y
    tip = (x + 7 * column, y + 7 * row)
    left, right = (x + 4 * row, y + 4 * column), (x - 4 * row, y - 4 * column)
    head = Path([("M", tip), ("L", left), ("L", right), ("Z", ())], colour)
    if row:
        label = Text(x + 9, y + 0.36 * _SMALL + 2 * row, name, _SMALL, 600, colour)
        area = (x - 8, y - 9, 24 + measure(name, _SMALL, 600), 18.0)
    else:
        label = Text(x + 2 * column, y + 15, name, _SMALL, 600, colour, "middle")
        area = (x - 12, y - 9, 24.0, 28.0)
    return [head, label], area


def _annotation(area: Area, height: float, does: str) -> str:
    x, y, width, high = area
    box = " ".join(map(number, (x, height - y - high, x + width, height - y)))
    return f"<</Type/Annot/Subtype/Link/Rect[{box}]/Border[0 0 0]{does}>>"


def _quoted(link: str) -> str:
    """An address as a literal string: only ASCII is in it, what could end it is escaped (7.3.4.2)."""
    return link.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
