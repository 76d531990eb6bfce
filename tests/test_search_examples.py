"""The kernel and the browser find the same operations: both are tested with the same examples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from vipps_nb.apis import catalogue
from vipps_nb.apis.catalogue.documents import Operation
from vipps_nb.apis.catalogue.tasks import ORDER, TASKS

# tests/widgets_js/search.test.js reads them as well.
EXAMPLES = json.loads((Path(__file__).parent / "widgets_js" / "search.json").read_text(encoding="utf-8"))


def operation(marks: list[str], tasks: str = "", **said: str) -> Operation:
    return Operation(**said, deprecated="deprecated" in marks, in_test="not in test" not in marks)  # type: ignore[arg-type]


@pytest.mark.parametrize("example", EXAMPLES["searches"], ids=lambda example: example["words"].strip())
def test_the_kernel_finds_what_the_browser_finds(example: dict[str, Any]) -> None:
    operations = [operation(**one) for one in EXAMPLES["operations"]]

    found = catalogue.search(example["words"], operations)

    assert [operations.index(one) for one in found] == example["found"], example["why"]


def test_what_the_examples_say_of_tasks_is_what_the_kernel_sends() -> None:
    said = {str(operation(**one)): one.get("tasks", "") for one in EXAMPLES["operations"]}

    assert said == {name: TASKS.get(name, "") for name in said}


def test_every_task_belongs_to_an_operation() -> None:
    assert set(TASKS) <= {str(one) for one in catalogue.operations()}
    assert set(ORDER) <= {one.title for one in catalogue.documents()}
