"""Run as a program inside a D-Bus session of its own: keeps keys with the real Secret Service and says how it went."""

import json
import sys
from pathlib import Path
from typing import Any

import keyring

from wizard.aws.errors import AwsError
from wizard.aws.keys import Keys, Secret
from wizard.credentials import keyring_store
from wizard.model.setup import Setup

SECRET = "k3pt" + "S" * 36
SETUP = Setup(name="main", id="0a1b2c3d", created=0.0)


def tell(home: Path) -> dict[str, Any]:
    said: dict[str, Any] = {"backend": type(keyring.get_keyring()).__module__}
    try:
        said["where"] = keyring_store.keep(home, SETUP, Keys("AKIAKEPT000000000001", Secret(SECRET)))
        read = keyring_store.kept(home, SETUP)
        said["same"] = read is not None and read.secret_access_key.reveal() == SECRET
        said["trial"] = keyring.get_password(keyring_store.SERVICE, "main-0a1b2c3d-trial")
        said["forgot"] = keyring_store.forget(home, SETUP)
        said["left"] = keyring.get_password(keyring_store.SERVICE, "main-0a1b2c3d")
    except keyring_store.CannotKeepError as error:
        said["cannot"] = str(error)
    except AwsError as error:
        said["unreadable"] = error.problem.id
    return said


if __name__ == "__main__":
    sys.stdout.write(json.dumps(tell(Path(sys.argv[1]))))
