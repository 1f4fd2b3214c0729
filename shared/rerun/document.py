"""A JSON file of one schema, which is written whole and read with a complaint that names it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from saltern.errors import BadInput


class Model(BaseModel):
    """A part of such a file. What it does not know is an error."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Document(Model):
    """A whole file. A subclass has a field ``schema_``, whose default is the schema of today."""

    called: ClassVar[str]
    """What a complaint calls such a file."""

    def write(self, path: Path) -> None:
        """Write the file, all or nothing."""
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".tmp")
        temporary.write_text(self.model_dump_json(by_alias=True, indent=1) + "\n")
        temporary.replace(path)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Raises BadInput, naming the file, for one that is missing or not of the schema."""
        try:
            document = json.loads(path.read_text())
            schema = cls.model_fields["schema_"].default
            if isinstance(document, dict) and document.get("schema", schema) != schema:
                raise BadInput(f"{path}: written by another version of Saltworks; measure it again")
            return cls.model_validate(document)
        except OSError as error:
            raise BadInput(f"{path}: {error.strerror}") from None
        except (ValidationError, ValueError) as error:
            raise BadInput(f"{path}: not {cls.called} ({' '.join(str(error).split())[:200]})") from None
