"""The animated picture: every page in its turn, none at the same time, and the last one where nothing moves."""

import re
from xml.etree import ElementTree as ET

from tests.pictures.walk import Film

SVG = '<svg class="rich-terminal" viewBox="0 0 10 10" xmlns="http://www.w3.org/2000/svg"><text>{}</text></svg>\n'
NAMESPACE = "{http://www.w3.org/2000/svg}"


def test_each_page_is_shown_for_its_time_and_then_the_next_one() -> None:
    seconds = {"first": 1.0, "second": 2.5, "third": 0.5}
    picture = Film([(SVG.format(words), time) for words, time in seconds.items()]).picture()
    root = ET.fromstring(picture)
    pages = [group.findtext(f"{NAMESPACE}text") for group in root.findall(f"{NAMESPACE}g")]
    assert pages == list(seconds)
    assert root.get("viewBox") == "0 0 10 10"
    style = root.findtext(f"{NAMESPACE}style") or ""
    shown = re.findall(r"@keyframes page-(\d) \{ (.*) \}", style)
    assert [_visible_from(frames) for _, frames in shown] == [0.0, 25.0, 87.5]
    assert "25.000% { visibility: hidden }" in shown[0][1]
    assert "87.500% { visibility: hidden }" in shown[1][1]
    assert shown[2][1].startswith("0% { visibility: hidden }")
    assert style.count("4.0s step-end infinite") == 3
    assert "prefers-reduced-motion" in style


def _visible_from(frames: str) -> float:
    found = re.search(r"([\d.]+)% { visibility: visible }", frames)
    assert found
    return float(found[1])
