"""Cut the bundled font down to what pictures need, and write its advance widths as a table.

Run once for each new release of Inter, with the folder of the npm package ``inter-ui`` unpacked::

    npm pack inter-ui && tar xzf inter-ui-*.tgz
    uv run --no-project --with fonttools --with brotli python scripts/font_metrics.py package

Kerning and contextual forms are left out of the cut font on purpose: without them a text is exactly as wide as the
sum of its advances in every renderer, so that what is measured below the scene is what SVG, PNG and PDF show.
"""

from __future__ import annotations

import json
import shutil
import sys
from itertools import pairwise
from pathlib import Path

from fontTools import subset  # type: ignore[import-not-found]
from fontTools.ttLib import TTFont  # type: ignore[import-not-found]

FONTS = Path(__file__).parent.parent / "src" / "cloudviz" / "diagram" / "fonts"
WEIGHTS = {400: "Inter-Regular", 600: "Inter-SemiBold"}
BLOCKS = (
    (0x0020, 0x007E),  # Basic Latin
    (0x00A0, 0x024F),  # Latin-1 Supplement, Latin Extended-A and -B
    (0x02B0, 0x036F),  # modifier letters, combining marks
    (0x0370, 0x052F),  # Greek, Cyrillic
    (0x1E00, 0x1EFF),  # Latin Extended Additional (Vietnamese)
    (0x2000, 0x206F),  # General Punctuation
    (0x2070, 0x209F),  # superscripts and subscripts
    (0x20A0, 0x20C0),  # currency
    (0x2100, 0x214F),  # letter-like symbols
    (0x2190, 0x21FF),  # arrows
    (0x2200, 0x22FF),  # mathematical operators
    (0x2300, 0x23FF),  # technical symbols
    (0x25A0, 0x26FF),  # geometric shapes, miscellaneous symbols
    (0x2700, 0x27BF),  # dingbats
    (0xFFFD, 0xFFFD),  # replacement character
)


def cut(source: Path, target: Path) -> TTFont:
    """Subset ``source`` (woff2) to :data:`BLOCKS` and save it as TrueType at ``target``."""
    options = subset.Options()
    options.layout_features = ["ccmp", "mark", "mkmk"]
    options.hinting = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.notdef_outline = True
    options.recalc_timestamp = False
    font = TTFont(source)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[code for first, last in BLOCKS for code in range(first, last + 1)])
    cutter.subset(font)
    font.flavor = None
    font.save(target)
    return TTFont(target)


def advances(font: TTFont) -> list[list[object]]:
    """Runs of neighbouring code points with their advances: ``[[first, [advance, …]], …]``."""
    widths = {code: font["hmtx"][name][0] for code, name in font.getBestCmap().items()}
    codes = sorted(widths)
    runs: list[list[int]] = [[codes[0]]] if codes else []
    for before, code in pairwise(codes):
        if code == before + 1:
            runs[-1].append(code)
        else:
            runs.append([code])
    return [[run[0], [widths[code] for code in run]] for run in runs]


def main(package: Path) -> None:
    """Write both weights, the licence and ``metrics.json``."""
    FONTS.mkdir(parents=True, exist_ok=True)
    table: dict[str, object] = {"generated_by": "scripts/font_metrics.py", "family": "Inter"}
    for weight, name in WEIGHTS.items():
        font = cut(package / "web" / f"{name}.woff2", FONTS / f"{name}.ttf")
        table["version"] = font["name"].getDebugName(5)
        table["units_per_em"] = font["head"].unitsPerEm
        table["ascent"] = font["hhea"].ascent
        table["descent"] = -font["hhea"].descent
        table[str(weight)] = {"missing": font["hmtx"][".notdef"][0], "runs": advances(font)}
    shutil.copyfile(package / "LICENSE.txt", FONTS / "OFL.txt")
    text = json.dumps(table, sort_keys=True, separators=(",", ":"))
    (FONTS / "metrics.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
