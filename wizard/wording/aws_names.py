"""What a setup has in AWS, by name: the one list of it."""

from collections.abc import Iterator

from wizard.knowledge.aws_resources import saved_names
from wizard.model.results import Copyable
from wizard.model.setup import Made


def aws_names(made: Made) -> Iterator[Copyable]:
    """Yield what was created, with its label; what was there before is told as such."""
    for name, saved in saved_names().items():
        value = getattr(made, name)
        if value:
            borrowed = saved.borrowed and getattr(made, f"{name}_borrowed")
            yield Copyable(saved.borrowed if borrowed else saved.label, value)
