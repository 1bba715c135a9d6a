"""The CloudFront distribution: configuration, alternate domain name, and origin access control."""
