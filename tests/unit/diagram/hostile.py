"""Names that clouds and users really send, and those that somebody sends on purpose."""

from __future__ import annotations

from hypothesis import strategies as st

NAMES = [
    "<script>alert(1)</script>",
    "</text></svg><script>alert(1)</script>",
    "]]><!--",
    '"onload="alert(1)',
    "' onclick='x",
    "&lt;b&gt; &amp; &#60;",
    "javascript:alert(1)",
    "end",
    "subgraph",
    "graph TD; A-->B",
    "`**markdown**`",
    'n1["x"]',
    "%%{init: {'theme':'forest'}}%%",
    "%% comment",
    "click n1 href \"https://evil.example\"",
    "style n1 fill:#f00;",
    "classDef x fill:#f00;",
    "1. first",
    "#quot;",
    "#35;",
    "a|b|c{d}(e)[f]",
    "two\nlines\r\nand\ttab",
    "nul\x00bell\x07esc\x1b",
    "\ud800lone\udfff",
    "\ufffe\uffff",
    "\u202egnirts\u202c",
    "😀👩‍👩‍👧‍👦 emoji",
    "قاعدة البيانات",
    "日本語サーバー",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!",
    "x" * 1000,
    " ",
    "",
    "--> --- -.-> ==>",
    "---\ntitle: x\n---",
    "@{ shape: cyl }",
    "A & B --> C",
]  # fmt: skip

names = st.one_of(
    st.sampled_from(NAMES),
    st.text(alphabet=st.characters(codec=None), max_size=80),
    st.text(alphabet="<>&\"'`;:#%{}[]()|\\/-=.~@\n end", max_size=40),
)
"""Any text at all, lone surrogates and control characters included."""
