"""The regions of Genesys Cloud (published API §1.1)."""

from __future__ import annotations

import difflib

from reconciler.errors import UsageError

DOMAINS = {
    "us-east-1": "mypurecloud.com",
    "us-east-2": "use2.us-gov-pure.cloud",
    "us-west-2": "usw2.pure.cloud",
    "ca-central-1": "cac1.pure.cloud",
    "mx-central-1": "mxc1.pure.cloud",
    "sa-east-1": "sae1.pure.cloud",
    "eu-west-1": "mypurecloud.ie",
    "eu-west-2": "euw2.pure.cloud",
    "eu-central-1": "mypurecloud.de",
    "eu-central-2": "euc2.pure.cloud",
    "eusc-de-east-1": "edee1.eusc-pure.cloud",
    "me-central-1": "mec1.pure.cloud",
    "ap-south-1": "aps1.pure.cloud",
    "ap-southeast-1": "apse1.pure.cloud",
    "ap-southeast-2": "mypurecloud.com.au",
    "ap-northeast-1": "mypurecloud.jp",
    "ap-northeast-2": "apne2.pure.cloud",
    "ap-northeast-3": "apne3.pure.cloud",
}


def domain_of(region: str) -> str:
    """The domain of a region, given as AWS region key or as the domain itself, in any case. Raises UsageError."""
    wanted = region.strip().lower().removeprefix("api.").removeprefix("login.")
    if wanted in DOMAINS.values():
        return wanted
    if wanted in DOMAINS:
        return DOMAINS[wanted]
    near = difflib.get_close_matches(wanted, (*DOMAINS, *DOMAINS.values()), n=3)
    raise UsageError(
        "The region is unknown",
        detail=f"{region.strip()!r} is neither an AWS region key nor a domain of Genesys Cloud.",
        hint=f"Did you mean {' or '.join(near)}?" if near else f"Regions: {', '.join(DOMAINS)}.",
        where="GENESYSCLOUD_REGION",
    )
