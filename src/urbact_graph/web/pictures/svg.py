"""SVG as Python writes it: drawings that follow the page's theme, and look right as files alone.

Colours are presentation attributes, which the classes of the style sheet replace on a page.
"""

from xml.etree.ElementTree import Element, SubElement, tostring

NAMESPACE = "http://www.w3.org/2000/svg"
# Those of the light theme (frontend/styles/tokens.css).
INK, SOFT, LINE, GROUND = "#1a2430", "#53616f", "#dbe1e7", "#ffffff"
PROGRAMMES = ("#8a5a00", "#a23b5c", "#2f7a54", "#0a5c8f")
_FONT = "Figtree, system-ui, sans-serif"


class Drawing:
    """A drawing of ``width`` × ``height`` units; ``title`` says what it shows."""

    def __init__(self, width: float, height: float, title: str) -> None:
        self._root = Element(
            "svg",
            {
                "xmlns": NAMESPACE,
                "viewBox": f"0 0 {_number(width)} {_number(height)}",
                "role": "group",
                "aria-label": title,
                "font-family": _FONT,
                "font-size": "13",
                "class": "drawing",
            },
        )
        self._place = self._root

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: str,
        kind: str,
        *,
        title: str = "",
        opacity: float = 1,
    ) -> None:
        """Draw a rectangle; ``title`` is shown at the pointer."""
        made = self._add("rect", kind, x=x, y=y, width=max(width, 0), height=height, fill=fill)
        made.set("rx", "1.5")
        if opacity != 1:
            made.set("fill-opacity", _number(opacity))
        if title:
            SubElement(made, "title").text = title

    def line(self, x: float, y: float, x2: float, y2: float) -> None:
        """Draw a thin line of a grid."""
        self._add("line", "rule", x1=x, y1=y, x2=x2, y2=y2, stroke=LINE)

    def group(self, kind: str) -> None:
        """Put what is drawn from now on into a group of its own."""
        self._place = SubElement(self._root, "g", {"class": kind})

    def tie(self, x: float, y: float, x2: float, y2: float, *, width: float) -> None:
        """Draw a line between two things that belong together."""
        made = self._add("line", "tie", x1=x, y1=y, x2=x2, y2=y2, stroke=SOFT)
        made.set("stroke-opacity", "0.25")
        made.set("stroke-width", f"{width:.2f}")

    def circle(
        self, x: float, y: float, radius: float, fill: str, kind: str, *, title: str, href: str
    ) -> None:
        """Draw a circle that is a link; ``title`` is its name, and shown at the pointer."""
        place = SubElement(self._place, "a", {"href": href, "aria-label": title, "tabindex": "-1"})
        made = SubElement(place, "circle", {"class": kind, "fill": fill, "stroke": GROUND})
        for key, value in {"cx": x, "cy": y, "r": radius, "stroke-width": 0.5}.items():
            made.set(key, _number(value))
        SubElement(made, "title").text = title

    def name(self, x: float, y: float, content: str, size: float, *, is_shown: bool) -> None:
        """Write the name of a circle; one that is not shown appears when the reader zooms in."""
        made = SubElement(self._place, "text", {"class": "name" if is_shown else "name minor"})
        for key, value in {"x": x, "y": y, "font-size": size, "stroke-width": size / 5}.items():
            made.set(key, _number(value))
        for key, text in {"fill": INK, "stroke": GROUND, "paint-order": "stroke"}.items():
            made.set(key, text)
        if not is_shown:
            made.set("display", "none")
        made.text = content

    def diamond(self, x: float, y: float, size: float, title: str) -> None:
        """Draw a mark; ``title`` is shown at the pointer."""
        corners = f"M{_number(x)} {_number(y - size)}l{size} {size}l-{size} {size}l-{size} -{size}z"
        made = self._add("path", "mark", fill=INK)
        made.set("d", corners)
        SubElement(made, "title").text = title

    def text(
        self,
        x: float,
        y: float,
        content: str,
        kind: str = "ink",
        *,
        anchor: str = "start",
        is_bold: bool = False,
        href: str = "",
    ) -> None:
        """Write ``content`` with its baseline at ``y``, as a link where there is an ``href``."""
        fill = {"soft": SOFT, "on": GROUND}.get(kind, INK)
        place = SubElement(self._place, "a", {"href": href}) if href else self._place
        made = SubElement(place, "text", {"x": _number(x), "y": _number(y), "fill": fill})
        made.set("class", "link" if href else kind)
        if anchor != "start":
            made.set("text-anchor", anchor)
        if is_bold:
            made.set("font-weight", "600")
        made.text = content

    def svg(self) -> str:
        """Return the drawing as SVG 1.1."""
        return tostring(self._root, encoding="unicode")

    def _add(self, name: str, kind: str, **attributes: float | str) -> Element:
        made = SubElement(self._place, name, {"class": kind})
        for key, value in attributes.items():
            made.set(key, value if isinstance(value, str) else _number(value))
        return made


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
