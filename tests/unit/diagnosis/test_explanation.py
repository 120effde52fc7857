"""The text of an answer says what is loaded, who wins, who can import it, and what each layer does about it."""

from __future__ import annotations

from dbx_patch.diagnosis.explanation import EntrySays, Explanation, FinderSays, ImporterSays, Layer, Offer
from support.here import Here


def text(explanation: Explanation) -> str:
    return " ".join(str(explanation).split())


def test_a_name_that_fails(here: Here) -> None:
    found = Explanation("acme", False, "import acme fails: why.", near=["acmes", "acne"])
    assert found.exit_code() == 1
    assert text(found) == "import acme fails: why. Summary fails import acme loaded not yet similar acmes, acne"


def test_a_name_that_works(here: Here) -> None:
    found = Explanation("acme.sub", True, "import acme.sub works.", loaded="/lib/acme/sub.py")
    assert found.exit_code() == 0
    assert text(found) == "import acme.sub works. Summary works import acme.sub loaded /lib/acme/sub.py"


def test_who_can_import_it_is_told_where_importers_differ() -> None:
    same = [ImporterSays("a cell", True, "/a.py"), ImporterSays("a library", True, "/a.py")]
    assert "Who can" not in text(Explanation("a", True, "", importers=same))
    other = [*same, ImporterSays("an executor", False, "", "not found")]
    shown = text(Explanation("a", True, "", importers=other))
    assert "Who can import it works a cell /a.py works a library /a.py fails an executor not found" in shown
    elsewhere = [*same[:1], ImporterSays("a library", True, "/b.py")]
    assert "works a library /b.py" in text(Explanation("a", True, "", importers=elsewhere))


def test_who_has_it_and_who_is_asked() -> None:
    offers = [Offer("editable", "acme", "/ws/acme.py", True), Offer("path", "/lib", "/lib/acme.py")]
    entries = [EntrySays("/ws", True, "has it", "refused")]
    finders = [FinderSays("PathFinder", "has it: /ws/acme.py"), FinderSays("Other", "nothing")]
    shown = text(Explanation("acme.sub", True, "", offers=offers, entries=entries, finders=finders))
    assert "Who provides `acme` wins editable acme: /ws/acme.py other path /lib/acme.py" in shown
    assert "asked PathFinder has it: /ws/acme.py Other nothing" in shown
    assert "answer `import acme` /ws a cell: has it a library: refused" in shown


def test_layers_are_told_as_they_are_now() -> None:
    layers = [
        Layer("1 first", True, "handled", "it drops the entry.", "the entry is put back."),
        Layer("2 second", False, "passes", "No effect: it is outside.", "The same."),
    ]
    shown = text(Explanation("acme", True, "", layers=layers))
    assert "What the import layers of Databricks do" in shown
    assert "1 first" in shown and "Without dbx-patch: it drops the entry." in shown
    assert "Now: the entry is put back." in shown
    assert shown.index("2 second") < shown.index("No effect: it is outside.") and "The same." not in shown
