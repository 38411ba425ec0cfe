"""Two environments, each with an organisation of its own, from one set of manifests."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest
from reconciler.commands.ledgers import ledger_place
from reconciler.model.project import Environment
from reconciler.model.project import Project as ProjectSettings
from reconciler.render.markdown import LIMIT
from reconciler.state import database_at

from .project import SECRET, SUPPORT, Project, Ran, Start, purpose, schema, text
from .webhooks import KEY, VARIABLE, live, webhook

PLACES = ("RECONCILER_API_URL", "RECONCILER_LOGIN_URL")
WHO = ("GENESYSCLOUD_OAUTHCLIENT_ID", "GENESYSCLOUD_OAUTHCLIENT_SECRET")


@dataclass
class Two:
    """`dev` is where the files are."""

    dev: Project
    prod: Project

    def run(self, *words: str | Path, **exported: str | None) -> Ran:
        return self.dev.run(*words, **exported)


@pytest.fixture
def two(start: Start) -> Two:
    """Organisations in whose environment variables stands which of them they are of."""
    prod, dev = start(name="prod"), start(name="dev")
    ours = dev.environment
    for name, theirs in (("DEV", dev.sandbox), ("PROD", prod.sandbox)):
        said = theirs.environment()
        dev.environment = {**dev.environment, **{f"{place}_{name}": said[place] for place in PLACES}}
        dev.environment |= {f"{name_of}_{name}": ours[name_of] for name_of in WHO}
    dev.environment = {name: value for name, value in dev.environment.items() if name not in (*PLACES, *WHO)}
    dev.configure(environments={"dev": {"values": {"days": 30}}, "prod": {"values": {"days": 180}}})
    dev.write(purpose(retention="${values.days}d"))
    return Two(dev, prod)


def test_all_environments_are_planned_each_with_its_own_values_and_credentials(two: Two) -> None:
    ran = two.run("plan", "--env", "all", "-o", "json")
    assert ran.code == 0, str(ran)
    found = {name: plan["changes"][0]["after"]["retention"] for name, plan in ran.document.items()}
    assert found == {"dev": "30d", "prod": "180d"}
    assert [plan["environment"] for plan in ran.document.values()] == ["dev", "prod"]


def test_one_environment_is_applied_and_the_other_is_as_it_was(two: Two) -> None:
    assert two.run("apply", "--env", "prod", "--auto-approve").code == 0
    assert (len(two.dev.control.effects()), len(two.prod.control.effects())) == (0, 1)
    assert (two.dev.manifests / ".reconciler/prod/ledger.db").is_file()
    assert not (two.dev.manifests / ".reconciler/dev").exists()
    ran = two.run("plan", "--env", "all", "--detailed-exitcode", "-o", "json")
    assert (ran.code, [len(plan["changes"]) for plan in ran.document.values()]) == (2, [1, 0])


def test_what_fails_in_one_environment_does_not_hide_the_others(two: Two) -> None:
    ran = two.run("plan", "--env", "all", GENESYSCLOUD_OAUTHCLIENT_SECRET_PROD=None)
    assert ran.code == 7
    assert ran.says("== dev ==", SUPPORT, "== prod ==", "The credentials are incomplete", "SECRET_PROD")
    as_json = two.run("plan", "--env", "all", "-o", "json", GENESYSCLOUD_OAUTHCLIENT_SECRET_PROD=None)
    assert "changes" in as_json.document["dev"]
    assert "error" in as_json.document["prod"]


@pytest.mark.parametrize("broken", [False, True])
def test_the_plans_of_all_environments_fit_into_one_comment(two: Two, broken: bool) -> None:
    retention = "400 days" if broken else "${values.days}d"
    two.dev.write(*(purpose(f"Purpose_{number}", retention=retention, description="d" * 900) for number in range(200)))
    comment = two.run("plan", "--env", "all", "-o", "markdown").out
    assert len(comment.encode()) <= LIMIT
    for name in ("dev", "prod"):
        assert f"<!-- reconciler:plan:{name} -->" in comment
        assert broken or f"The whole is in the artefact `plan-{name}`" in comment


def test_what_is_so_in_one_environment_alone_says_in_which(two: Two) -> None:
    def told(dev: int, prod: int, **exported: str | None) -> str:
        two.dev.configure(environments={"dev": {"values": {"days": dev}}, "prod": {"values": {"days": prod}}})
        return two.run("plan", "--env", "all", "-o", "github", **exported).out

    two.dev.write(purpose(retention="${values.days}d"))
    assert "So it is in prod." in told(30, 180, GENESYSCLOUD_OAUTHCLIENT_SECRET_PROD=None)
    assert "400d is not between 1d and 365d. So it is in prod." in told(30, 400)
    two.dev.write(purpose(retention="400d"))
    alike = told(30, 180)
    assert ("400d is not between 1d and 365d." in alike, "So it is" in alike) == (True, False)


def test_all_environments_are_shown_in_every_format(two: Two) -> None:
    files = {name: f"{name}.out" for name in ("markdown", "html", "junit", "sarif", "json")}
    options = [word for name, file in files.items() for word in ("-o", f"{name}={file}")]
    assert two.run("plan", "--env", "all", *options, GENESYSCLOUD_OAUTHCLIENT_SECRET_PROD=None).code == 7
    told = {name: Path(file).read_text() for name, file in files.items()}
    assert "<!-- reconciler:plan:dev -->" in told["markdown"]
    assert "<!-- reconciler:plan:prod -->" in told["markdown"]
    assert all("credentials" in text for text in told.values())
    assert 'classname="dev: Purpose"' in told["junit"] or "dev: " in told["junit"]


def test_the_worst_exit_code_counts(two: Two) -> None:
    two.run("apply", "--env", "dev", "--auto-approve")
    two.dev.write(purpose(retention="${values.days}d"))
    two.dev.configure(environments={"dev": {"values": {"days": 7}}, "prod": {"values": {"days": 180}}})
    ran = two.run("plan", "--env", "all")
    assert ran.code == 3, str(ran)


def test_a_finding_points_at_the_value_that_shortened_a_retention(two: Two) -> None:
    two.run("apply", "--env", "dev", "--auto-approve")
    text_of = (two.dev.manifests / "reconciler.yaml").read_text()
    (two.dev.manifests / "reconciler.yaml").write_text(text_of.replace("days: 30", "days: 7"))
    two.dev.write(purpose(retention="${values.period}"))
    text_of = text_of.replace("days: 30", "period: 7d").replace("days: 180", "period: 180d")
    (two.dev.manifests / "reconciler.yaml").write_text(text_of)
    ran = two.run("plan", "--env", "dev", "-o", "json")
    assert ran.code == 3, str(ran)
    where = ran.document["findings"][0]["where"]
    row = text_of.splitlines()[where["line"] - 1]
    assert (Path(where["file"]).name, row.strip()) == ("reconciler.yaml", "period: 7d")


def test_plans_of_all_environments_are_saved_in_a_folder_and_applied_one_by_one(two: Two) -> None:
    assert two.run("plan", "--env", "all", "--out", "plans").code == 0
    assert sorted(path.name for path in Path("plans").iterdir()) == ["dev.json", "prod.json"]
    assert two.run("apply", "plans/prod.json", "--env", "prod").code == 0
    assert [effect.name for effect in two.prod.control.effects()] == ["Support"]


def test_plans_of_all_environments_need_a_folder(two: Two) -> None:
    Path("plans").write_text("mine")
    ran = two.run("plan", "--env", "all", "--out", "plans")
    assert ran.fails_with(1, "A file cannot be written", "It is no folder.")
    assert Path("plans").read_text() == "mine"


def test_a_plan_of_one_environment_is_not_applied_to_another(two: Two) -> None:
    two.run("plan", "--env", "prod", "--out", "plan.json")
    ran = two.run("apply", "plan.json", "--env", "dev")
    assert ran.fails_with(4, "The plan is for another environment", "--env prod")
    assert two.dev.control.effects() == []


def test_what_drift_advises_is_for_the_environment_that_drifted_whichever_is_the_default(two: Two) -> None:
    two.dev.configure(
        environments={"dev": {"values": {"days": 30}}, "prod": {"values": {"days": 180}}}, defaultEnvironment="dev"
    )
    two.run("apply", "--env", "dev", "--auto-approve")
    two.run("apply", "--env", "prod", "--auto-approve")
    two.prod.control.edit("purposes", "Support", {"description": "theirs"})
    advised = [f"reconciler drift --env prod --adopt {SUPPORT}", f"reconciler apply --env prod --target {SUPPORT}"]
    ran = two.run("drift", "--env", "prod")
    assert ran.says(*advised)
    told = two.run("drift", "--env", "prod", "-o", "github").out
    assert all(each in told for each in advised)


def test_what_is_said_of_a_saved_file_can_be_typed_as_it_is(two: Two) -> None:
    two.dev.manifests.rename("our manifests")
    here = ("--dir", "our manifests", "--env", "prod")
    ran = two.run("plan", *here, "--out", "a plan.json")
    command = ran.err.splitlines()[-1]
    assert command.startswith("reconciler apply 'a plan.json' --seal sha256:")
    assert two.run(*shlex.split(command)[1:]).code == 0
    command = two.run("snapshot", *here, "a snapshot.json").err.splitlines()[-1]
    assert command == "reconciler plan --against 'a snapshot.json' --dir 'our manifests' --env prod"
    assert two.run(*shlex.split(command)[1:]).says("No changes")


def test_which_environment_has_to_be_said_where_there_are_several(two: Two) -> None:
    ran = two.run("plan")
    assert ran.fails_with(1, "Which environment?", "The project has dev, prod.", "--env or RECONCILER_ENV")
    assert two.run("plan", RECONCILER_ENV="dev").code == 0
    assert two.run("plan", "--env", "prd").fails_with(1, "Unknown environment", "Did you mean prod?")


def test_the_default_environment_is_the_projects_word(two: Two) -> None:
    two.dev.configure(environments={"dev": {"values": {"days": 1}}, "prod": {}}, defaultEnvironment="dev")
    assert two.run("plan", "-o", "json").document["environment"] == "dev"


@pytest.mark.parametrize("verb", [("apply", "--auto-approve"), ("drift",), ("import", "--all")])
def test_only_plans_are_made_of_all_environments(two: Two, verb: tuple[str, ...]) -> None:
    assert two.run(*verb, "--env", "all").fails_with(1, "One environment at a time", "Name one of them with --env.")


def test_the_organisation_is_checked_before_anything_else_is_read(two: Two) -> None:
    two.dev.configure(environments={"dev": {"organisationId": "another"}, "prod": {}})
    two.dev.write(purpose())
    ran = two.run("plan", "--env", "dev")
    assert ran.fails_with(1, "The credentials belong to another organisation", "names another")
    assert two.dev.control.requests("GET", "/api/v2/privacy/purposes") == []


def test_credentials_never_go_where_a_project_file_says_once_the_surroundings_name_any_place(two: Two) -> None:
    """As a pull request would: one environment more, whose address leads elsewhere; credentials without a suffix."""
    elsewhere = two.prod.sandbox.environment()
    place = {"apiUrl": elsewhere["RECONCILER_API_URL"], "loginUrl": elsewhere["RECONCILER_LOGIN_URL"]}
    two.dev.configure(environments={"dev": {}, "evil": place | {"values": {"days": 1}}})
    who = {"GENESYSCLOUD_OAUTHCLIENT_ID": "robot", "GENESYSCLOUD_OAUTHCLIENT_SECRET": SECRET}
    two.prod.control.forget()
    ran = two.run("plan", "--env", "evil", **who)
    assert ran.code == 7
    assert two.prod.control.requests() == []


def test_validate_looks_at_every_environment_and_says_where_something_is_wrong(two: Two) -> None:
    assert two.run("validate").says("1 manifest valid in dev.", "1 manifest valid in prod.")
    two.dev.configure(environments={"dev": {}, "prod": {"values": {"days": 180}}})
    ran = two.run("validate")
    assert ran.code == 1
    assert ran.says("MF113", "So it is in dev.")
    assert two.run("validate", "--env", "prod").code == 0


def test_what_is_wrong_everywhere_is_told_once(two: Two) -> None:
    two.dev.write(purpose(retention="${values.dayz}d"))
    ran = two.run("validate", "-o", "json")
    assert ran.codes == ["MF113", "MF113"]  # the near miss and the place differ by environment
    two.dev.write(purpose(retention="no period"))
    assert two.run("validate", "-o", "json").codes == ["MF108"]


def test_what_is_not_imported_because_of_a_patch_names_it(two: Two) -> None:
    patch = {"target": "Purpose/*", "spec": {"description": "patched"}}
    environments = {"dev": {"values": {"days": 30}, "patches": [patch]}, "prod": {"values": {"days": 180}}}
    two.dev.configure(environments=environments)
    body = {"name": "Sales", "description": "theirs", "retentionPeriod": "30d", "legalBasis": "consent"}
    two.dev.control.create("purposes", body)
    ran = two.run("import", "Purpose", "--env", "dev")
    assert ran.says("cannot say what it has at description; the patch at manifests/reconciler.yaml:")
    assert not (two.dev.manifests / "purposes").exists()


def test_a_patch_counts_in_its_environment_and_not_for_the_part_that_is_validated(two: Two) -> None:
    patch = {"target": "FlexSchema/customer", "spec": {"fields": [{"name": "score", "type": "number"}]}}
    two.dev.configure(environments={"dev": {"patches": [patch]}, "prod": {}})
    two.dev.write(schema(text("customerId")))
    ran = two.run("plan", "--env", "all", "-o", "json")
    fields = {
        name: [each["name"] for each in plan["changes"][0]["after"]["fields"]] for name, plan in ran.document.items()
    }
    assert fields == {"dev": ["customerId", "score"], "prod": ["customerId"]}
    other = two.dev.write(purpose(), to="other.yaml")
    assert two.run("validate", other).code == 0


def test_a_manifest_that_is_limited_away_is_gone_and_needs_a_word(two: Two) -> None:
    two.run("apply", "--env", "dev", "--auto-approve")
    two.dev.write(purpose(metadata={"environments": ["prod"]}, retention="${values.days}d"))
    ran = two.run("plan", "--env", "dev", "-o", "json")
    assert (ran.code, [change["action"] for change in ran.document["changes"]]) == (3, ["delete"]), str(ran)
    word = {"removed": [{"address": SUPPORT, "delete": True, "environments": ["dev"]}]}
    two.dev.write({"apiVersion": "reconciler/v1", **word}, to="removed.yaml")
    assert two.run("plan", "--env", "dev").code == 0
    assert two.run("validate").code == 0


def test_values_in_a_file_stay_in_the_projects_folder(two: Two) -> None:
    (two.dev.manifests / "dev.values").write_text("days: 3\n")
    Path("outside.yaml").write_text("days: 4\n")
    two.dev.configure(environments={"dev": {"values": "dev.values"}, "prod": {"values": "../outside.yaml"}})
    ran = two.run("validate", "-o", "json")
    assert (ran.codes, "leads out of" in ran.out) == (["MF117"], True)
    two.dev.configure(environments={"dev": {"values": "dev.values"}, "prod": {"values": "dev.values"}})
    assert two.run("validate").code == 0


def test_drift_is_not_adopted_over_a_value_that_others_use(two: Two) -> None:
    two.dev.configure(environments={"dev": {"values": {"period": "30d"}}, "prod": {"values": {"period": "180d"}}})
    file = two.dev.write(purpose(retention="${values.period}"))
    before = file.read_bytes()
    assert two.run("apply", "--env", "dev", "--auto-approve").code == 0
    two.dev.control.edit("purposes", "Support", {"retentionPeriod": "P60D"})
    ran = two.run("drift", "--env", "dev", "--adopt")
    assert (ran.code, file.read_bytes()) == (2, before), str(ran)


def test_the_environments_are_listed_for_people_and_for_a_matrix(two: Two) -> None:
    assert two.run("environments").says("dev", "prod", ".reconciler/prod/ledger.db", "_PROD")
    assert orjson.loads(two.run("environments", "-o", "matrix").out) == {"environment": ["dev", "prod"]}
    listed = two.run("environments", "-o", "json").document["environments"]
    assert [(each["name"], each["suffix"], each["default"]) for each in listed] == [
        ("dev", "DEV", False),
        ("prod", "PROD", False),
    ]


def test_one_environment_is_listed_alone_and_one_that_is_none_not_at_all(two: Two) -> None:
    assert orjson.loads(two.run("environments", "-o", "matrix", "--env", "prod").out) == {"environment": ["prod"]}
    assert orjson.loads(two.run("environments", "-o", "matrix", "--env", "all").out) == {"environment": ["dev", "prod"]}
    assert two.run("environments", "--env", "pord").fails_with(1, "Unknown environment", "Did you mean prod?")


def test_a_secret_of_one_environment_comes_before_the_common_one(two: Two) -> None:
    two.dev.write(webhook(headers=KEY))
    values = {VARIABLE: "common", f"{VARIABLE}_PROD": "of-prod", f"{VARIABLE}_PROD_EU": "of-none"}
    for name, project, expected in (("dev", two.dev, "common"), ("prod", two.prod, "of-prod")):
        assert two.run("apply", "--auto-approve", "--env", name, **values).code == 0
        assert live(project.control)["headers"] == {"X-Api-Key": expected}
        assert two.run("plan", "--env", name, **values).says("1 unchanged")


def test_a_file_of_values_among_the_manifests_is_no_manifest(two: Two) -> None:
    values = two.dev.manifests / "values" / "dev.yaml"
    values.parent.mkdir()
    values.write_text("days: 3\n")
    environments = {"dev": {"values": "values/dev.yaml"}, "prod": {"values": {"days": 1}}}
    two.dev.configure(environments=environments)
    assert two.run("validate").says("1 manifest valid in dev.", "1 manifest valid in prod.")
    assert two.run("validate", values).code == 0
    ran = two.run("plan", "--env", "dev", "-o", "json")
    assert ran.document["changes"][0]["after"]["retention"] == "3d"
    two.dev.configure(environments=environments, retentionClases={})
    assert two.run("validate", "-o", "json").codes == ["MF105"]


def test_the_matrix_of_a_change_holds_the_environments_that_it_touches(two: Two) -> None:
    (two.dev.manifests / "dev-values.yaml").write_text("days: 3\n")
    two.dev.configure(environments={"dev": {"values": "dev-values.yaml"}, "prod": {"values": {"days": 1}}})

    def matrix(*changed: str) -> list[str]:
        options = [word for path in changed for word in ("--changed", path)]
        found: list[str] = orjson.loads(two.run("environments", "-o", "matrix", *options).out)["environment"]
        return found

    assert matrix("manifests/dev-values.yaml") == ["dev"]
    assert matrix("manifests/all.yaml") == ["dev", "prod"]
    assert matrix("README.md") == []


def test_an_environments_own_ledger_url_comes_before_the_common_one_and_that_before_a_file() -> None:
    dev = ProjectSettings(Environment("dev"), ledger_otherwise=".reconciler/dev/ledger.db")
    common, own = (f"postgresql://u:p@h/{name}" for name in ("common", "own"))
    assert ledger_place(Path(), dev, {}) == Path(".reconciler/dev/ledger.db")
    assert ledger_place(Path(), dev, {"RECONCILER_LEDGER_URL": common}) == database_at(common)
    both = {"RECONCILER_LEDGER_URL": common, "RECONCILER_LEDGER_URL_DEV": own}
    assert ledger_place(Path(), dev, both) == database_at(own)
