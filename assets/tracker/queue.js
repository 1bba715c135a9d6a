
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
