"""Renaming a manifest, from the command line."""

from __future__ import annotations

from .project import Project, purpose

MOVED = {"apiVersion": "reconciler/v1", "moved": [{"from": "Purpose/Support", "to": "Purpose/Help"}]}


def test_a_renamed_manifest_keeps_its_object(project: Project) -> None:
    project.write(purpose())
    project.apply()
    project.write(purpose("Help", name="Support"), MOVED)
    assert project.apply().code == 0
    assert project.actions() == [("create", "Support")]
    assert project.plan("--detailed-exitcode").code == 0
    assert "Purpose/Help" in project.run("state", "list").out
    assert "Purpose/Support" not in project.run("state", "list").out
