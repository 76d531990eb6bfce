"""The base of every JSON body.

CamelCase on the wire, snake_case inside, strict types, no unknown fields.

What is more than that, and yet taken by the real APIs, has been put right before: see ``shapes``.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class JsonModel(BaseModel):
    """A JSON object, to the letter.

    ``"100"``, ``1.5`` and ``true`` are not integers, and no field is unknown.
    """

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, strict=True, extra="forbid")

    def to_json(self) -> dict[str, Any]:
        """As a JSON object; fields without a value are left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)
