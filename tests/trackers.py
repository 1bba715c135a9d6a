"""The real trackers that tests serve and run."""

from pathlib import Path

FILES = Path(__file__).parent / "files" / "tracker"
V4 = FILES / "browser-tracker-4.10.1.umd.min.js"
V3 = FILES / "browser-tracker-3.24.6.umd.min.js"

# Stands in for sp.js, which is the same tracker behind a queue: it takes the first name of the list, works off what the
# loader tag has collected under it, and from then on calls go through. (The project's own sp.js is only on its releases
# page.) `:namespace` after a command is for one tracker.
_QUEUE = """
;(function (page, tracker) {
  var queue = page[page.GlobalSnowplowNamespace.shift()];
  var call = function (given) {
    given = Array.prototype.slice.call(given);
    var command = given.shift().split(":");
    if (command[1]) { given.push(command[1].split(";")); }
    tracker[command[0]].apply(null, given);
  };
  var waiting = queue.q;
  queue.q = { push: call };
  for (var index = 0; index < waiting.length; index += 1) { call(waiting[index]); }
})(window, window.NAME);
"""

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
    content = file.read_text(encoding="utf-8").replace("snowplowBrowserTracking", name)
    return (content + _QUEUE.replace("NAME", name)).encode()


def second_version() -> bytes:
    """Return the stand-in for a tracker of version 2."""
    return _SECOND_VERSION.encode()
