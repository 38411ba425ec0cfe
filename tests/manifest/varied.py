"""Manifests in one of several environments."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from reconciler.manifest import load, read_project
from reconciler.model.kind import Kind
from reconciler.model.manifest import Estate
from reconciler.model.source import Problem

from .builders import KINDS

HEAD = "apiVersion: reconciler/v1\nkind: Project\nenvironments:\n"


def project_text(dev: str, prod: str = "{}") -> str:
    """A project file of two environments: what `dev` states begins on line 5."""
    return f"{HEAD}  dev:\n{textwrap.indent(textwrap.dedent(dev), '    ')}\n  prod: {prod}\n"


def varied(
    dev: str, *texts: str, env: str = "dev", prod: str = "{}", kinds: Mapping[str, Kind] = KINDS
) -> tuple[Estate, tuple[Problem, ...]]:
    """The texts as files f1.yaml, f2.yaml, ... in an environment."""
    file, problems = read_project("reconciler.yaml", project_text(dev, prod).encode(), kinds)
    assert problems == ()
    setting = file.settings[env]
    files = [(f"f{number}.yaml", textwrap.dedent(text).encode()) for number, text in enumerate(texts, 1)]
    return load(files, kinds=kinds, project=setting.project, variation=setting.variation)


def sole_problem(dev: str, *texts: str, env: str = "dev", prod: str = "{}") -> Problem:
    _, problems = varied(dev, *texts, env=env, prod=prod)
    assert len(problems) == 1, problems
    return problems[0]
