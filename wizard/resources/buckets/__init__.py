"""The content bucket and the log bucket: settings, policies, and the pixel's files."""
