"""What crossed the door, drawn as it comes; of a flood as much as can be read, the rest counted."""

from rich.console import RenderableType
from rich.text import Text

from stackwalk.session.flow import Flow
from stackwalk.wire.sight import Sight


class Sights:
    """Draws sights in their order."""

    def __init__(self) -> None:
        self._flow = Flow()

    def draw(self, sight: Sight, width: int, at: float) -> tuple[RenderableType, ...]:
        """Return what is to be printed for a sight; nothing for most of them."""
        return (Text(str(sight)[:width]),)
