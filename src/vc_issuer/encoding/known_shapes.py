"""Templates by the shape of a document: a bounded memory that answers with canonical bytes, or with None.

What is asked for last stays longest. Safe to share between threads.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import TypeAlias

from vc_issuer.encoding.compile import compile_template
from vc_issuer.encoding.contexts import ContextStore
from vc_issuer.encoding.shape import ShapeKey, read_shape
from vc_issuer.encoding.template import Template
from vc_issuer.errors import UnsafeDocumentError
from vc_issuer.model.credential import Document

MOST_SHAPES = 64  # a rich shape takes 100 kB; a verifier sees a handful of shapes an issuer
_MOST_ALIKE = 4  # templates of one structure that differ in their constants, such as coded values

KnownShape: TypeAlias = tuple[ShapeKey, Template]


def compile_shape(document: Document, hash_name: str, contexts: ContextStore | None = None) -> KnownShape | None:
    """Compile a document's shape with every text a hole, or return None if it can't be."""
    try:
        template = compile_template(document, hash_name=hash_name, contexts=contexts)
    except UnsafeDocumentError:
        return None
    return (read_shape(document).key, template) if template else None


class KnownShapes:
    """Remember at most `most` shapes."""

    def __init__(self, most: int = MOST_SHAPES) -> None:
        self._most = most
        self._templates: OrderedDict[tuple[ShapeKey, str], tuple[Template, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._templates)

    def canonical(self, document: Document, hash_name: str) -> bytes | None:
        """Return the canonical N-Quads of a document whose shape is known; None if it isn't, or can't be filled."""
        shape = read_shape(document)
        asked = (shape.key, hash_name)
        with self._lock:
            templates = self._templates.get(asked, ())
            if templates:
                self._templates.move_to_end(asked)
        for template in templates:
            values = template.values_of(shape.texts)
            if values is not None:
                return template.fill(values)
        return None

    def admit(self, shapes: Iterable[KnownShape]) -> None:
        """Remember these shapes, and forget those that nobody asked for longest."""
        with self._lock:
            for key, template in shapes:
                asked = (key, template.hash_name)
                others = [each for each in self._templates.pop(asked, ()) if each.constants != template.constants]
                self._templates[asked] = (template, *others)[:_MOST_ALIKE]
            while len(self._templates) > self._most:
                self._templates.popitem(last=False)
