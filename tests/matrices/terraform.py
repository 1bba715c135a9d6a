"""The same kill and the same teardown with Terraform on the same practice AWS, where its AWS provider is at hand."""

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.inventory import Account
from wizard.practice import process
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile

ROAD = Path(__file__).with_name("road.tf")

ONE_OF_EACH = {
    "buckets": 2,
    "distributions": 1,
    "access": 1,
    "certificates": 0,
    "sources": 1,
    "destinations": 1,
    "deliveries": 1,
}

HEAD = """## Beside Terraform

The same things (without a domain) described for Terraform, on the same practice AWS. `terraform apply` is killed as
soon as AWS has seen its first, second, … write, and run again; right is exactly one of each. For the teardown one log
file lies in the log bucket, as it does as soon as anybody has visited.
"""

SKIPPED = "Not played: no `terraform` with its AWS provider is at hand (see `--terraform-plugins`)."


@dataclass
class Terraform:
    """Terraform in a folder of its own, pointed at a practice world."""

    world: WorldFile
    folder: Path
    plugins: Path | None
    _environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self._environment = kept | {
            "AWS_ENDPOINT_URL": self.world.aws_endpoint,
            "AWS_ACCESS_KEY_ID": self.world.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.world.secret_access_key,
            "CHECKPOINT_DISABLE": "1",
        }
        shutil.copy(ROAD, self.folder / "main.tf")

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Start a command in a process group of its own: the provider is a process too."""
        return subprocess.Popen(
            ["terraform", *arguments],
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> bool:
        """Run a command to its end; say whether it succeeded."""
        return self.start(*arguments).wait() == 0

    def init(self) -> bool:
        """Prepare the folder; False where the provider is not at hand."""
        more = [f"-plugin-dir={self.plugins}"] if self.plugins else []
        return self.run("init", *more)

    def forget(self) -> None:
        """Drop the state files."""
        for file in self.folder.glob("*.tfstate*"):
            file.unlink()

    def apply(self) -> bool:
        """Apply to the end."""
        return self.run("apply", "-auto-approve", "-input=false")

    def apply_until(self, writes: int, control: Control) -> None:
        """Apply, and kill everything of it as soon as AWS has seen so many writes."""
        running = self.start("apply", "-auto-approve", "-input=false")
        while running.poll() is None and _writes(control) < writes:
            pass  # every look is a request of its own, which is pause enough
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()


def _writes(control: Control) -> int:
    return sum(writes for _, _, writes in control.calls())


def _doubled(account: Account) -> list[str]:
    found = account.inventory()
    return [f"{len(found[kind])} {kind}" for kind, number in ONE_OF_EACH.items() if len(found[kind]) != number]


def chapter(plugins: Path | None = None) -> str:
    """Play both on Terraform and return the chapter for the page."""
    if shutil.which("terraform") is None:
        return f"{HEAD}\n{SKIPPED}\n"
    with TemporaryDirectory() as scratch:
        directory, folder = Path(scratch, "world"), Path(scratch, "terraform")
        folder.mkdir()
        world = process.start(directory, pace=0)
        try:
            terraform = Terraform(world, folder, plugins)
            rows = _play(terraform, Control(world), Account(world)) if terraform.init() else [SKIPPED]
        finally:
            process.stop(directory)
    return "\n".join([HEAD, *rows, ""])


def _play(terraform: Terraform, control: Control, account: Account) -> list[str]:
    control.clear_calls()
    assert terraform.apply(), "terraform does not get through undisturbed"
    number = _writes(control)
    account.client("s3").put_object(Bucket="matrix-logs", Key="cf/2026/01/01/00/one.gz", Body=b"a line")
    torn_down = terraform.run("destroy", "-auto-approve", "-input=false")
    left = [f"{len(names)} {kind}" for kind, names in account.inventory().items() if names]
    wrong: list[str] = []
    for writes in range(1, number + 1):
        control.reset()
        control.clear_calls()
        terraform.forget()
        terraform.apply_until(writes, control)
        again, counted = terraform.apply(), _doubled(account)
        if counted or not again:
            wrong.append(f"write {writes}: " + ", ".join([*counted, *([] if again else ["the second apply failed"])]))
    ended = "went through" if torn_down else f"stopped half-way and left {', '.join(left)}"
    return [
        f"Killed at {number} writes, ended right: {number - len(wrong)}.",
        *(f"- {line}" for line in wrong),
        "",
        f"Teardown with one log file: {ended}.",
    ]
