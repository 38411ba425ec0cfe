"""From the bytes of YAML files to an estate of valid manifests, or to problems that say where and how to mend them.

Never touches a disk: callers hand in (file name, bytes) pairs.
"""

from reconciler.manifest.codes import EXPLANATIONS, NEEDING_THE_PROJECT
from reconciler.manifest.loader import load
from reconciler.manifest.project import ProjectFile, Setting, read_project
from reconciler.manifest.schemas import all_schemas, document_schema, project_schema

__all__ = [
    "EXPLANATIONS",
    "NEEDING_THE_PROJECT",
    "ProjectFile",
    "Setting",
    "all_schemas",
    "document_schema",
    "load",
    "project_schema",
    "read_project",
]
