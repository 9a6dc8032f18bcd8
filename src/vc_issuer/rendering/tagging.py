"""Write what a pen noted into the file: structure tree, parent tree, language, title (ISO 32000-1 14.7 and 14.8).

The file that comes out is a tagged PDF; it claims no PDF/UA or PDF/A conformance.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO

from pikepdf import Array, Dictionary, Name, ObjectStreamMode, Pdf, String

from vc_issuer.rendering.pen import Element


@dataclass(frozen=True, slots=True, kw_only=True)
class Properties:
    """What the file says of itself; `issued` is aware, and becomes its date so that no clock is read."""

    language: str
    title: str
    issued: datetime


def finish(content: bytes, root: Element, properties: Properties) -> bytes:
    """Return `content` tagged with `root` and its properties, as the same bytes each time."""
    with Pdf.open(BytesIO(content)) as pdf:
        _Tree(pdf).write(root)
        pdf.Root.MarkInfo = Dictionary(Marked=True)
        pdf.Root.Lang = String(properties.language)
        pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        for page in pdf.pages:
            page.obj.Tabs = Name.S
        _write_properties(pdf, properties)
        out = BytesIO()
        pdf.save(out, deterministic_id=True, object_stream_mode=ObjectStreamMode.generate)
    return out.getvalue()


def _write_properties(pdf: Pdf, properties: Properties) -> None:
    moment = properties.issued.astimezone(UTC)
    pdf.docinfo["/CreationDate"] = pdf.docinfo["/ModDate"] = String(moment.strftime("D:%Y%m%d%H%M%SZ"))
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        metadata["dc:title"] = properties.title
        metadata["dc:language"] = [properties.language]
        metadata["xmp:CreateDate"] = metadata["xmp:ModifyDate"] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class _Tree:
    """Turns elements into structure dictionaries, and remembers which content belongs to which."""

    def __init__(self, pdf: Pdf) -> None:
        self.pdf = pdf
        self.parents: list[list[Dictionary]] = [[] for _ in pdf.pages]

    def write(self, root: Element) -> None:
        """Hang the whole tree below the catalogue."""
        top = self.pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        top.K = self._node(root, top)
        numbers = Array()
        for page, elements in enumerate(self.parents):
            self.pdf.pages[page].obj.StructParents = page
            numbers.append(page)
            numbers.append(self.pdf.make_indirect(Array(elements)))
        top.ParentTree = self.pdf.make_indirect(Dictionary(Nums=numbers))
        top.ParentTreeNextKey = len(self.parents)
        self.pdf.Root.StructTreeRoot = top

    def _node(self, element: Element, parent: Dictionary) -> Dictionary:
        node = self.pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name(f"/{element.role}"), P=parent))
        if element.language:
            node.Lang = String(element.language)
        if element.alternative:
            node.Alt = String(element.alternative)
        if element.marked_id is None:
            node.K = Array([self._node(child, node) for child in element.children])
        else:
            node.Pg = self.pdf.pages[element.page].obj
            node.K = element.marked_id
            self.parents[element.page].append(node)
        return node
