  appId: $app,
  eventMethod: "get",    // the pixel is a file: it cannot take POST, which is the default
  $credentials   // otherwise the browser refuses the answer and the tracker repeats its first event for ever
  keepalive: true,       // lets the last event out when the visitor leaves the page
  maxGetBytes: 7900,     // CloudFront neither serves nor logs an address above 8192 bytes
  platform: "web"
