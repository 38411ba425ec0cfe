"""A synthetic estate: purposes and flex schemas, 1.4 KB at the median, 5 % of them with 100 fields."""

from __future__ import annotations

import random
from pathlib import Path

WORDS = (
    "customer",
    "consent",
    "retention",
    "score",
    "status",
    "region",
    "segment",
    "contract",
    "verified",
    "pending",
    "agent",
    "channel",
)
MEDIAN_FIELDS = 13


def write_estate(directory: Path, count: int) -> list[int]:
    """Write `count` manifests, a file each, always the same ones. Returns their sizes in bytes."""
    directory.mkdir()
    chance = random.Random(7)
    sizes: list[int] = []
    for number in range(count):
        kind, text = _purpose(chance, number) if number % 5 == 0 else _flex_schema(chance, number)
        path = directory / f"{kind}-{number:06}.yaml"
        path.write_text(text)
        sizes.append(len(text))
    return sizes


def _purpose(chance: random.Random, number: int) -> tuple[str, str]:
    paragraph = "\n".join("    " + " ".join(chance.choices(WORDS, k=11)) + "." for _ in range(chance.randint(8, 20)))
    return "purpose", (
        f"apiVersion: reconciler/v1\nkind: Purpose\nmetadata:\n  name: Purpose_{number}\n  labels: {{team: crm}}\n"
        f"spec:\n  description: |\n{paragraph}\n  retention: {chance.randint(1, 365)}d\n  legalBasis: consent\n"
    )


def _flex_schema(chance: random.Random, number: int) -> tuple[str, str]:
    count = 100 if chance.random() < 0.05 else chance.randint(MEDIAN_FIELDS - 8, MEDIAN_FIELDS + 8)
    fields = "".join(_field(chance, number, index) for index in range(count))
    return "flexschema", (
        f"apiVersion: reconciler/v1\nkind: FlexSchema\nmetadata:\n  name: schema_{number}\n  labels: {{team: crm}}\n"
        f"spec:\n  description: {' '.join(chance.choices(WORDS, k=6))}\n  fields:\n{fields}"
    )


def _field(chance: random.Random, number: int, index: int) -> str:
    name = f"{chance.choice(WORDS)}_{index}"
    match chance.randrange(8):
        case 0:
            purpose = number // 5 * 5
            return f"    - {{name: {name}, type: string, personalData: true, purpose: Purpose_{purpose}}}\n"
        case 1 | 2:
            return f"    - name: {name}\n      type: number\n      required: {chance.choice(['true', 'false'])}\n"
        case 3:
            return f"    - {{name: {name}, type: date, required: true}}\n"
        case _:
            options = "".join(f"\n        - {word}" for word in chance.sample(WORDS, k=3))
            return f"    - name: {name}\n      type: string\n      options:{options}\n"
