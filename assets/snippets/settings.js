  appId: $app,
  eventMethod: "get",    // the pixel is a file: it cannot take POST, which is the default
  $credentials   // otherwise the browser hides the response and the tracker repeats its first event forever
  keepalive: true,       // sends the last event when the visitor leaves the page
  maxGetBytes: 7900,     // CloudFront neither serves nor logs an address above 8192 bytes
  platform: "web"
