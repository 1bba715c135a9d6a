"""Environment variables for subprocesses: everything of ours except AWS's secrets.

A clipboard tool, a browser or an npm client has no use for them, and may pass on what it inherits, into crash reports
for example. Programs that hand out credentials are started by botocore, and get what it gives them.
"""

import os

from wizard.model.masking import SECRETS


def subprocess_env() -> dict[str, str]:
    """Return the environment for a program that has nothing to do with AWS."""
    return {name: value for name, value in os.environ.items() if name not in SECRETS}
