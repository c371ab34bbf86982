"""An import-linter contract: what a room lets others import.

import-linter's own contract types cannot say "every room's `api`, from every other room": this one can. Its options are in pyproject.toml.
"""

from fnmatch import fnmatchcase
from typing import Any

import grimp
from importlinter import Contract, ContractCheck, fields, output


class OneDoor(Contract):
    """Modules of one room import of another room only what `open` allows.

    `root` is the package whose direct children are the rooms. `open` holds lines `importer -> imported`, both patterns in which `*` matches
    any text, dots included.
    """

    type_name = "one_door"

    root = fields.StringField()
    open = fields.ListField(subfield=fields.StringField())
    broken_contract_guidance = fields.StringField()

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:  # noqa: FBT001 the base class has it so
        """Every import from room to room that no line of `open` allows breaks the contract."""
        root = str(self.root)
        allowed = [tuple(side.strip() for side in line.split("->")) for line in self._open()]
        broken = [
            (importer, imported, [detail["line_number"] for detail in graph.get_import_details(importer=importer, imported=imported)])
            for importer in sorted(graph.find_descendants(root))
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if _room(imported, root) not in {None, _room(importer, root)}
            and not any(fnmatchcase(importer, who) and fnmatchcase(imported, what) for who, what in allowed)
        ]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def _open(self) -> list[str]:
        # The base class replaces the declared field by what the options say.
        lines: Any = self.open
        return list(lines)

    def render_broken_contract(self, check: ContractCheck) -> None:
        """One line per import, then what to do instead."""
        for importer, imported, lines in check.metadata["broken"]:
            output.print_error(f"- {importer} -> {imported} (l. {', '.join(map(str, lines))})", bold=False)
        output.new_line()
        output.print_error(str(self.broken_contract_guidance).strip(), bold=False)
        output.new_line()


def _room(module: str, root: str) -> str | None:
    if not module.startswith(f"{root}."):
        return None
    return module.removeprefix(f"{root}.").split(".")[0]
