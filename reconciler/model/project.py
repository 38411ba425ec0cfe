"""The project file `reconciler.yaml`, read. Every member has a default: a project without the file works."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.model.policy import Policies


@dataclass(frozen=True, slots=True)
class RetentionClass:
    """A named retention period, in days."""

    name: str
    days: int
    description: str = ""


@dataclass(frozen=True, slots=True)
class DeletionLimit:
    """How many objects of one kind a plan may delete: the smaller of the two, at least one."""

    count: int = 5
    percent: int = 10

    def allowed(self, recorded: int) -> int:
        """The number of deletions permitted where `recorded` objects of the kind are ours."""
        return max(1, min(self.count, recorded * self.percent // 100))


@dataclass(frozen=True, slots=True)
class Limits:
    """Numbers that hold a run back.

    `warn_at_percent` is the share of a platform limit from which a plan warns; `in_flight` how many requests of a kind
    are under way at once; `data_export_days` how long the window of a data export may be, 0 = any length;
    `archives_in_flight` how many archives are sent at once.
    """

    deletions: DeletionLimit = DeletionLimit()
    evidence_calls: int = 50
    warn_at_percent: int = 90
    requests_per_minute: int = 300
    in_flight: int = 1
    data_export_days: int = 0
    archives_in_flight: int = 5


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds. `settle` is how long after its intent an unseen effect is still in doubt: longer than `request`."""

    connect: float = 10.0
    request: float = 30.0
    settle: float = 60.0


def usual_ledger(environment: str) -> str:
    """The ledger's file of one of several environments, where nobody says another."""
    return f".reconciler/{environment}/ledger.db"


def suffix_of(environment: str) -> str:
    """What the variables of an environment end with, behind a `_`: `PROD_EU` of prod-eu."""
    return re.sub("[^A-Z0-9]", "_", environment.upper())


@dataclass(frozen=True, slots=True)
class Environment:
    """Where the organisation is, as far as the process environment does not say."""

    name: str = "default"
    region: str = ""
    api_url: str = ""
    login_url: str = ""
    organisation_id: str = ""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who is told of confirmed callbacks: a SIEM, a GRC platform. `headers` are names of environment variables."""

    name: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Service:
    """What `reconciler serve` does beside showing the catalogue."""

    forward: tuple[Receiver, ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """The whole project file, as it is for one environment.

    `ledger` is the ledger's file, relative to this one, and `ledger_variable` the environment variable that holds its
    URL; both empty = not said, and then it is the file `ledger_otherwise` where no variable says. `ledger_id` is which
    ledger it has to be, empty = any of this organisation. `is_one_of_several` says that the file has other
    environments, whose ledgers are not this one's.
    """

    environment: Environment = Environment()
    retention_classes: Mapping[str, RetentionClass] = field(default_factory=dict)
    policies: Policies = field(default_factory=Policies)
    limits: Limits = Limits()
    timing: Timing = Timing()
    ledger: str = ""
    ledger_variable: str = ""
    ledger_id: str = ""
    service: Service = Service()
    ledger_otherwise: str = ".reconciler/ledger.db"
    is_one_of_several: bool = False
