"""What hypothesis draws: bytes and values such as installers write, and such as none would."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("DBX_PATCH_TEST_EXAMPLES", "120"))  # for each property

bounded = settings(
    max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)

# Pieces of the real thing, so that what is drawn gets past the first look; CANARY would leave a file and a flag.
PIECES = (
    *"""CANARY|import _fuzzed; CANARY|import _fuzzed|import _fuzzed, os;CANARY|import os; import sys|PROJECT
|MAPPING|MAPPING: dict[str, str] = |NAMESPACES|NAMESPACES = {}|{'fuzzed': 'PROJECT/fuzzed'}|MAPPING = |F.map_module(
|'fuzzed', 'PROJECT/fuzzed/__init__.py')|install(|install_inplace(|['fuzzed'], ['PROJECT'])|MesonpyMetaFinder(
|import_from_path(__name__, |__path__ = [|'PROJECT'|from editables import CANARY|*('fuzzed',)|fuzzed.pth,,|../../x,,
|import sys, types, os;p = os.path.join(|{"url": "file://PROJECT"|"dir_info": {"editable": true}}|_fuzzed:init
|{"scheme": {"purelib": {|"PROJECT/fuzzed": "fuzzed"}}}|{"python": {"PROJECT/fuzzed/__init__.py": {"destination": |
"{py_purelib}/fuzzed/__init__.py"}}}|_fuzzed:CANARY|"a""b,c",,|/x.pth,,|true|null|None|1e999|__import__('CANARY')
|'|"|\'\'\'|\\|#|;|,|:|=|%|{|}|[|]|(|)| |é|日本|-""".replace("\n", "").split("|"),
    *("\n", "\r\n", "\r", "\0", "\t", "\u2028", "\ud800", "9" * 60, "[" * 60, "{'a':" * 60),
)

contents = st.lists(st.sampled_from(PIECES) | st.binary(max_size=12), max_size=14)

# What installers write: no surrogates, no numbers of hundreds of digits, nothing that has no literal.
# By their category: what a codec has is worked out anew in each new checkout, in seconds.
characters = st.characters(blacklist_categories=["Cs"])
texts = st.text(characters, max_size=12) | st.sampled_from(["it's", 'a"b', "\\", "\\'\"", "\n"])

numbers = st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)

json_values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)

python_values = st.recursive(
    st.none() | st.booleans() | numbers | texts | st.sets(texts | st.integers(), min_size=1, max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(texts | st.integers(), inner, max_size=3)
    ),
    max_leaves=12,
)
