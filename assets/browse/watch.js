// Watches the tracker on snowpixel's page: what was answered, what failed, what still waits, and what is in the way.
(function () {
  "use strict";
  var settings = window.snowpixelSettings = JSON.parse(document.getElementById("settings").textContent);
  var SENT = 3, PATIENCE = 15000, AFTER_FAILURE = 4000;
  var seen = { answered: [], failures: [], violations: [], lost_script: "", started: false, queue: 0, asks: {},
    method: settings.method };
  var began = Date.now(), failedAt = 0, over = false, asked = false, explained = false;

  window.snowpixelAnswered = function (batch) { seen.answered = seen.answered.concat(idsIn(batch)); };
  window.snowpixelFailed = function (failure) {
    failedAt = failedAt || Date.now();
    seen.failures.push({ status: failure.status || 0, message: String(failure.message || "") });
  };
  document.addEventListener("securitypolicyviolation", function (event) {
    seen.violations.push({ directive: event.effectiveDirective, blocked: event.blockedURI });
    failedAt = failedAt || Date.now();
  });
  window.addEventListener("error", function (event) {
    if (event.target && event.target.tagName === "SCRIPT") {
      seen.lost_script = event.target.src;
    }
    failedAt = failedAt || Date.now(); // also where a script broke off
  }, true);

  function idsIn(batch) {
    var text = JSON.stringify(batch) || "", found = [], pattern = /eid(?:=|":")([0-9a-fA-F-]{36})/g, match;
    while ((match = pattern.exec(text))) { found.push(match[1].toLowerCase()); }
    return found;
  }

  function waiting() {
    var count = 0;
    try {
      for (var index = 0; index < localStorage.length; index += 1) {
        var key = localStorage.key(index);
        if (key.indexOf("snowplowOutQueue_") === 0) { count += (JSON.parse(localStorage.getItem(key)) || []).length || 0; }
      }
    } catch (error) { return 0; }
    return count;
  }

  // Two events of our own, beside the tag's page view, once the tracker is there.
  function send() {
    var call;
    if (settings.flavour === "umd") {
      if (!window[settings.queue] || !window[settings.queue].trackStructEvent) { return false; }
      call = window[settings.queue].trackStructEvent;
    } else {
      if (!window[settings.queue]) { return false; }
      call = function (event) { window[settings.queue]("trackStructEvent", event); };
    }
    call({ category: "snowpixel", action: "browse", label: "100 % & é ✓" });
    call({ category: "snowpixel", action: "browse", label: "last" });
    return true;
  }

  function ask(path, mode, credentials, headers) {
    var how = { mode: mode, credentials: credentials, cache: "no-store", headers: headers || {} };
    return fetch(settings.collector + path, how).then(
      function (answer) { return answer.type === "opaque" ? "hidden" : String(answer.status); },
      function () { return "blocked"; }
    );
  }

  function diagnose() {
    return Promise.all([
      ask("/i", "cors", "omit"),
      ask("/i", "cors", settings.credentials),
      ask("/i", "no-cors", "omit"),
      ask("/i?stm=" + began, "no-cors", "omit"),
      ask("/i", "cors", settings.credentials, settings.headers)
    ]).then(function (found) {
      seen.asks = { plain: found[0], as_set: found[1], hidden: found[2], like_event: found[3],
        with_header: found[4] };
    });
  }

  function finish() {
    over = true;
    seen.queue = waiting();
    seen.agent = navigator.userAgent;
    var well = unique(seen.answered) >= SENT && !seen.queue;
    (well || explained ? Promise.resolve() : diagnose()).then(function () {
      show(well ? "All " + SENT + " events were sent and answered." : "Not all events went through.");
      return fetch("report", { method: "POST", body: JSON.stringify(seen) });
    }).then(function (answer) { return answer.text(); }).catch(function () { return ""; }).then(function () {
      document.getElementById("next").textContent = "Go back to snowpixel; this page can be closed.";
    });
  }

  // Whether the page's own questions say what is in the way. Repeating the events would change nothing then.
  function explains() {
    var asks = seen.asks, names = Object.keys(asks);
    return names.some(function (name) { return asks[name] === "blocked"; }) || Number(asks.plain) >= 400;
  }

  // Whether it is clear how this ends: the tracker can't come, or all events are there and can't go.
  function settled() {
    if (!failedAt) { return false; }
    if (!asked) {
      asked = true;
      diagnose().then(function () { explained = explains(); });
    }
    if (!seen.started) { return !!seen.lost_script; }
    return explained && unique(seen.answered) + waiting() >= SENT;
  }

  function unique(list) { return list.filter(function (one, at) { return list.indexOf(one) === at; }).length; }
  function show(text) { document.getElementById("state").textContent = text; }

  function look() {
    if (over) { return; }
    var now = Date.now();
    if (!seen.started) { seen.started = send(); }
    show(unique(seen.answered) + " of " + SENT + " events answered.");
    var well = unique(seen.answered) >= SENT && !waiting();
    var late = now - began > PATIENCE || (failedAt && now - failedAt > AFTER_FAILURE);
    if (well || settled() || late) { finish(); return; }
    setTimeout(look, 100);
  }
  window.addEventListener("load", look);
})();
