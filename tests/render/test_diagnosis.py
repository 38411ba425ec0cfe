"""A diagnosis, for people and for programs."""

from __future__ import annotations

import orjson
from reconciler.model.diagnosis import Check, Diagnosis, Verdict
from reconciler.render import diagnosis_json, diagnosis_text

CHECKS = (
    Check("versions", Verdict.OK, "reconciler 0.1.0"),
    Check("git", Verdict.WARNING, "in no repository", "git init"),
    Check("ledger", Verdict.ERROR, "It is damaged.", "Restore it.", 1),
    Check("credentials", Verdict.ERROR, "They are \x1b[31mrefused.", "Copy them again.", 7),
    Check("clocks", Verdict.SKIPPED, "nobody answered"),
)


def test_each_check_is_a_line_with_what_to_do_below() -> None:
    assert diagnosis_text(Diagnosis(CHECKS), styled=False) == (
        "ok       versions: reconciler 0.1.0\n"
        "warning  git: in no repository\n"
        "           git init\n"
        "error    ledger: It is damaged.\n"
        "         Restore it.\n"
        "error    credentials: They are \\x1b[31mrefused.\n"
        "         Copy them again.\n"
        "skipped  clocks: nobody answered\n"
        "\n"
        "2 errors and 1 warning."
    )


def test_the_gravest_error_is_the_exit_code() -> None:
    assert [Diagnosis(CHECKS[:count]).exit_code for count in (2, 3, 4)] == [0, 1, 7]


def test_programs_get_every_check() -> None:
    document = orjson.loads(diagnosis_json(Diagnosis(CHECKS)))
    assert (document["document"], document["exit_code"], len(document["checks"])) == ("diagnosis", 7, 5)
    assert document["checks"][1] == {
        "name": "git", "verdict": "warning", "detail": "in no repository", "hint": "git init"
    }  # fmt: skip


def test_nothing_amiss_is_said_in_words() -> None:
    assert diagnosis_text(Diagnosis(CHECKS[:1]), styled=False).endswith("Everything is in place.")
