"""Credentials: find, explain, enter, store, and sign in.

One module for each kind of source (`environment_variables`, `profiles` with `sso`, `login`, `roles` and
`credential_process`, `instance_role`); `discovery` puts them together as boto3 does. `diagnosis` says why nothing
could be signed: from the text of the AWS files (`file_text`), names that are nearly right (`near_misses`), and settings
and variables (`settings_check`). Nothing here contacts anybody,
except `sign_in`, which turns an MFA code into a session, and `keyring_store`, which talks to the operating system's
keyring.
"""
