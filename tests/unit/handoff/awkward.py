"""Values that quoting must survive."""

from hypothesis import strategies as st

VALUES = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=60
)
AWKWARD = [
    "plain",
    "with space",
    "it's",
    'say "hi"',
    "$HOME and ${HOME}",
    "`id` $(id)",
    "back\\slash",
    "two\\\\slashes\\",
    "it's $5 `x` \\",
    "line\nbreak",
    "carriage\rreturn",
    "# no comment",
    "~root",
    "a=b&c;d|e<f>g*h?i[j]!k",
    "M.C5xx_BAY.0.U.-Cv*abc!def$ghi",
    "ünïcödé 鍵",
]
