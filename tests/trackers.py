"""The real trackers that tests serve and run."""

from pathlib import Path

FILES = Path(__file__).parent / "files" / "tracker"
V4 = FILES / "browser-tracker-4.10.1.umd.min.js"
V3 = FILES / "browser-tracker-3.24.6.umd.min.js"

# Stands in for sp.js, which is the same tracker behind a queue: what the loader tag collects is worked off once the
# file is there, and from then on calls go through. (The project's own sp.js is only on its releases page.)
_QUEUE = """
;(function (page, tracker) {
  (page.GlobalSnowplowNamespace || []).forEach(function (name) {
    var waiting = page[name].q;
    var call = function () {
      var given = Array.prototype.slice.call(arguments);
      tracker[given.shift()].apply(null, given);
    };
    page[name] = call;
    waiting.forEach(function (given) { call.apply(null, given); });
  });
})(window, window.snowplowTrackerParts);
"""


def tag_build() -> bytes:
    """Return a tracker that works off the loader tag's queue, as sp.js does."""
    content = V4.read_text(encoding="utf-8").replace("snowplowBrowserTracking", "snowplowTrackerParts")
    return (content + _QUEUE).encode()
