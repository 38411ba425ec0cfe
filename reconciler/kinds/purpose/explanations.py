"""What the codes of purposes mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.model.finding import Explanation

EXPLANATIONS: Final[Mapping[str, Explanation]] = {
    "PU001": Explanation(
        "Purpose name breaks the organisation's rule",
        "Names appear in privacy notices and reports, so organisations keep them to one pattern. The whole name must "
        "match; by default a capital letter, then 3 to 49 letters, digits, underscores or spaces.",
        "Rename the purpose, or set policies.purposes.namePattern in the project file.",
    ),
    "PU002": Explanation(
        "Retention outside the organisation's bounds",
        "Personal data is kept no longer than its purpose needs (GDPR Art. 5(1)(e)). By default 1 to 365 days.",
        "Choose a period within the bounds, or set policies.purposes.maxRetentionDays in the project file.",
    ),
    "PU003": Explanation(
        "Unknown retention class",
        "retention: {class: NAME} takes its days from retentionClasses in the project file, and retentionClass: NAME "
        "is compared with one of them. There is none so named.",
        "Correct the name, or add the class to the project file.",
    ),
    "PU004": Explanation(
        "Unknown legal basis",
        "Processing is lawful only on one of the six bases of GDPR Art. 6(1).",
        "Use consent, contract, legal_obligation, vital_interests, public_task or legitimate_interests.",
    ),
    "PU005": Explanation(
        "Retention beyond its class",
        "retentionClass says which class of the project file the purpose belongs to, and a class is a promise of how "
        "long its data is kept at most.",
        "Shorten the retention, or state another class.",
    ),
    "PU006": Explanation(
        "Retention beyond its legal basis",
        "Some bases carry data only so long: consent fades, a legal obligation ends with its term. The project file "
        "states the longest retention on each in policies.purposes.maxRetentionDaysByLegalBasis.",
        "Shorten the retention, or raise the number for the basis.",
    ),
    "PU101": Explanation(
        "Retention shortened",
        "Data older than the new period becomes due for deletion. Making the period longer again brings nothing back.",
        "Check that nobody needs the older data, then acknowledge it with the snippet that the plan prints.",
    ),
    "PU102": Explanation(
        "Purpose switched off",
        "Data kept for an inactive purpose has no reason to be kept, and consumers stop collecting it.",
        "Acknowledge it with the snippet that the plan prints.",
    ),
    "PU103": Explanation(
        "Legal basis changed",
        "Data subjects must be told of the basis (GDPR Art. 13 and 14), and consent given for one does not carry over.",
        "Nothing blocks; have the change reviewed by whoever answers for data protection.",
    ),
}
