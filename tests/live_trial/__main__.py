"""Run the live trial: `make live-trial`, or `python -m tests.live_trial --help`."""

import sys
from pathlib import Path

import click

from tests.live_trial.course import run
from tests.live_trial.trial import Trial
from wizard.commands.session import Session
from wizard.model import validators
from wizard.model.setup import SetupChoices

FOLDER = Path("live-trial")


@click.command("live-trial")
@click.option("--profile", metavar="NAME", help="The AWS profile to use.")
@click.option("--region", metavar="REGION", help="AWS region of the buckets.")
@click.option("--tracker", metavar="SOURCE", default=SetupChoices().tracker, help="As with `snowpixel new`.")
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    default=FOLDER,
    metavar="DIR",
    help="Where recordings, answers, and the setup's file go [live-trial].",
)
@click.option(
    "--practice", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
    help="Try the trial itself, in the practice world of this folder.",
)  # fmt: skip
def main(profile: str | None, region: str | None, tracker: str, into: Path, practice: Path | None) -> None:
    """Find out what only the real AWS can tell: twelve steps, each asked for, and everything removed at the end."""
    folder = into.absolute()
    try:
        cleaned = validators.region(region) if region else None
    except validators.InvalidChoice as error:
        raise click.UsageError(str(error)) from error
    session = Session(home=folder / "home", profile=profile, practice=practice)
    sys.exit(run(Trial(session, folder, tracker=tracker, region=cleaned)))


if __name__ == "__main__":
    main()
