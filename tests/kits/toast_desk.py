"""The side of Windows for notices with buttons: it keeps what is shown, and a person presses."""

from __future__ import annotations

from xml.etree import ElementTree


class ToastDesk:
    """A `ToastSystem` that reads the XML as Windows does; with `refuses` it shows none, as Wine does."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.refuses = refuses
        self.shown: dict[str, ElementTree.Element] = {}

    def show(self, xml: str, tag: str) -> None:
        if self.refuses:
            raise OSError(0, "no runtime")
        assert len(tag) <= 64
        self.shown[tag] = ElementTree.fromstring(xml)  # noqa: S314 - made by this program

    def remove(self, tag: str) -> None:
        self.shown.pop(tag, None)

    def link(self, button: str = "") -> str:
        """The link behind a button of the one notice that is shown, or behind the notice itself."""
        (notice,) = self.shown.values()
        if not button:
            return notice.attrib["launch"]
        return next(each.attrib["arguments"] for each in notice.iter("action") if each.attrib["content"] == button)
