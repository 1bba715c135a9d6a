"""CloudFront standard logging (v2) into the log bucket."""
