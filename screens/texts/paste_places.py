"""Where the tag is pasted, in words, for each kind of site."""

from textual.content import Content

from screens.texts.style import MUTED, lines, say
from wizard.knowledge.sites import Site, sites
from wizard.snowplow.snippet_builder import Variant

FOR_OTHERS = "The tag for this is another one: t shows it."


def where_to_paste(setup: str, prefix: str) -> Content:
    """Return the steps for each kind of site, and how to check that the tag is there.

    Args:
        setup: the setup's name.
        prefix: what a plain command begins with on this computer.
    """
    rows = [row for site in sites() for row in _site(site)]
    return lines(*rows, say("Then check it", "bold"), f"  {prefix} snippet {setup} --check https://your-site.example/")


def _site(site: Site) -> list[Content | str]:
    other = [say(f"  {FOR_OTHERS}", "$text-warning")] if site.variant != Variant.PAGE else []
    steps = [f"  {number}. {step}" for number, step in enumerate(site.steps, 1)]
    return [say(site.title, "bold"), *other, *steps, say(f"  {site.link}", MUTED), ""]
