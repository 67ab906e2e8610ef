"""Read YAML with its line numbers: every complaint names file, line and field, and which of a few things is wrong."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import NoReturn, TypeVar

import yaml

from registration.errors import StaffMustFix

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


class DefinitionProblem(StaffMustFix):
    """A service file is wrong. Codes: ``service.syntax``, ``service.missing``, ``service.unknown_key``,
    ``service.wrong_type``, ``service.not_one_of``, ``service.duplicate``, ``service.no_such``.

    `params`: file (name only), line (1-based), field (dotted path), and for some `found` or `allowed`.
    """


class Entry:
    """A node of the file and where it stands. Maps must be read to the end with `close`, so no key is ignored."""

    def __init__(self, node: yaml.Node, file: str, path: str) -> None:
        self._node = node
        self._file = file
        self._path = path
        self._used: set[str] = set()

    def fail(self, problem: str, **params: str | int) -> NoReturn:
        line = self._node.start_mark.line + 1
        raise DefinitionProblem(f"service.{problem}", file=self._file, line=line, field=self._path or "-", **params)

    # -- maps

    def _children(self) -> dict[str, yaml.Node]:
        if not isinstance(self._node, yaml.MappingNode):
            self.fail("wrong_type", allowed="map")
        children: dict[str, yaml.Node] = {}
        for key, value in self._node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.fail("wrong_type", allowed="text")
            if key.value in children:
                Entry(key, self._file, self._sub(key.value)).fail("duplicate", found=key.value)
            children[key.value] = value
        return children

    def _sub(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def get(self, key: str) -> Entry | None:
        """Return the entry under `key`, or None; the key counts as read."""
        self._used.add(key)
        node = self._children().get(key)
        return None if node is None else Entry(node, self._file, self._sub(key))

    def need(self, key: str) -> Entry:
        entry = self.get(key)
        if entry is None:
            self._path = self._sub(key)
            self.fail("missing")
        return entry

    def items(self) -> list[tuple[str, Entry]]:
        """Return every pair of a map with free keys."""
        children = self._children()
        self._used.update(children)
        return [(key, Entry(node, self._file, self._sub(key))) for key, node in children.items()]

    def close(self) -> None:
        """Complain of the first key nobody asked for."""
        for key, node in self._children().items():
            if key not in self._used:
                Entry(node, self._file, self._sub(key)).fail("unknown_key", found=key)

    # -- values

    def text(self) -> str:
        if not isinstance(self._node, yaml.ScalarNode) or self._node.tag.endswith(":null"):
            self.fail("wrong_type", allowed="text")
        return str(self._node.value).strip()

    def number(self) -> int:
        if not isinstance(self._node, yaml.ScalarNode) or not self._node.tag.endswith(":int"):
            self.fail("wrong_type", allowed="whole number")
        return int(self._node.value)

    def flag(self) -> bool:
        if not isinstance(self._node, yaml.ScalarNode) or not self._node.tag.endswith(":bool"):
            self.fail("wrong_type", allowed="true or false")
        return bool(self._node.value.lower() in {"true", "yes", "on"})

    def one_of(self, kind: type[E]) -> E:
        try:
            return kind(self.text())
        except ValueError:
            self.fail("not_one_of", found=self.text(), allowed=", ".join(kind))

    def is_map(self) -> bool:
        return isinstance(self._node, yaml.MappingNode)

    def list(self, read: Callable[[Entry], T]) -> tuple[T, ...]:
        """Read a list, one call of `read` for each element."""
        if not isinstance(self._node, yaml.SequenceNode):
            self.fail("wrong_type", allowed="list")
        return tuple(read(Entry(n, self._file, f"{self._path}[{i}]")) for i, n in enumerate(self._node.value, 1))


def parse(content: str, file: str) -> Entry:
    """Return the root of a YAML text.

    Raises:
        DefinitionProblem: ``service.syntax``.
    """
    try:
        node = yaml.compose(content, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise DefinitionProblem(
            "service.syntax", file=file, line=mark.line + 1 if mark else 1, field="-", found=error.problem or ""
        ) from None
    except yaml.YAMLError:  # e.g. a control character: it has no mark
        raise DefinitionProblem("service.syntax", file=file, line=1, field="-", found="") from None
    if node is None:
        raise DefinitionProblem("service.missing", file=file, line=1, field="id")
    return Entry(node, file, "")
