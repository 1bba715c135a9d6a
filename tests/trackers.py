"""The real trackers that tests serve and run."""

from pathlib import Path

from wizard.practice.tracker_release import behind_queue

ROOT = Path(__file__).resolve().parents[1]
V4 = ROOT / "assets" / "tracker" / "browser-tracker-4.10.1.umd.min.js"
V3 = ROOT / "tests" / "files" / "tracker" / "browser-tracker-3.24.6.umd.min.js"

# Stands in for a second vendor's tracker of version 2, written for these tests: it takes names as that version did, and
# sends each page view as an image.
_SECOND_VERSION = """
(function (page) {
  function tracker(waiting) {
    var collectors = {};
    this.push = function (given) {
      if (given[0] === "newTracker") { collectors[given[1]] = collectors[given[1]] || given[2]; }
      if (given[0] === "trackPageView") {
        Object.keys(collectors).forEach(function (name) {
          var host = collectors[name].replace(/^https?:../, "");
          new Image().src = page.location.protocol + "//" + host + "/i?e=pv&tv=js-2.18.2&tna=" + name;
        });
      }
    };
    for (var index = 0; index < waiting.length; index += 1) { this.push(waiting[index]); }
  }
  if (page.GlobalSnowplowNamespace && page.GlobalSnowplowNamespace.length > 0) {
    var queue = page[page.GlobalSnowplowNamespace.shift()];
    queue.q = new tracker(queue.q);
  } else {
    page._snaq = new tracker(page._snaq || []);
  }
})(window);
"""


def tag_build(file: Path = V4, name: str = "snowplowTrackerParts") -> bytes:
    """Return a tracker that works off the loader tag's queue, as sp.js does.

    Args:
        file: the tracker.
        name: global name of its parts; two of them on a page need two.
    """
    return behind_queue(file.read_text(encoding="utf-8"), name)


def second_version() -> bytes:
    """Return the stand-in for a tracker of version 2."""
    return _SECOND_VERSION.encode()
