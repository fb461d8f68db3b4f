"""A key of the JSON answer that was renamed is found under its former name as well, and the schema says which one stays."""

from __future__ import annotations

import json

from advisor.render.json import FORMER_NAMES, SCHEMA, with_former_names


def test_a_renamed_key_is_followed_by_its_former_name() -> None:
    renamed = with_former_names({"frameworks": 1, "best_in_scope": "pytorch", "ranking": 2})
    assert list(renamed.items()) == [
        ("frameworks", 1),
        ("best_in_scope", "pytorch"),
        ("of_the_three", "pytorch"),
        ("ranking", 2),
    ]


def test_the_schema_marks_every_former_name_as_deprecated() -> None:
    properties = json.loads(SCHEMA.read_text("utf-8"))["properties"]
    assert {name for name, schema in properties.items() if schema.get("deprecated")} == set(FORMER_NAMES.values())
    assert FORMER_NAMES.keys() <= properties.keys()
