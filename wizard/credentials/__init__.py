"""Getting an AWS identity into the product safely: find, explain, take in, keep, renew.

One module for each kind of place where credentials are (`environment`, `profiles` with `sso`, `login`, `roles` and
`programs`, `machines`); `find` puts them together as boto3 does. Nothing here contacts anybody, except `signing`, which
turns six digits into a sign-in, and `keep`, which talks to the operating system's own key store.
"""
