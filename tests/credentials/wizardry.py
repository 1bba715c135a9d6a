"""Run as a program in a terminal: the wizard at its account page, before a practice account and a user's own files.

`python wizardry.py HOME WORLD` opens the setup `main`; with `keyring_store` behind it, keys are first kept for it, in
the operating system's own key store.
"""

import sys
from pathlib import Path

from screens.app import SnowpixelApp
from screens.routes import Route
from wizard.aws.keys import Keys, KeySource, Secret
from wizard.credentials import keyring_store
from wizard.model.setup import SetupChoices
from wizard.practice import worldfile
from wizard.practice.worldfile import WorldFile
from wizard.service import Environment, Service


class AtAccount(SnowpixelApp):
    """The wizard, opened where the account is asked for."""

    def on_ready(self) -> None:
        self.visit(Route.CREDENTIALS, "main")


def service(home: Path, world: WorldFile) -> Service:
    source = KeySource(endpoint=world.aws_endpoint)
    made = Service(Environment(home=home, source=source, network=worldfile.network(world), pace=world.pace))
    if "main" not in made.store.names():
        made.store.create("main", SetupChoices())
    return made


if __name__ == "__main__":
    here, there = Path(sys.argv[1]), worldfile.read(Path(sys.argv[2]))
    if there is None:
        raise SystemExit("no practice world runs there")
    product = service(here, there)
    if "keep" in sys.argv[3:]:
        keys = Keys(there.access_key_id, Secret(there.secret_access_key))
        keyring_store.keep(here, product.store.load("main"), keys)
    app = AtAccount(product)
    app.run()
    sys.exit(app.return_code or 0)
