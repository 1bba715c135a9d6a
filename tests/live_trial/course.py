"""The course of the trial: step after step, and whatever happens, a word on what is left."""

import traceback

from tests.live_trial.actions import ACTIONS, remove
from tests.live_trial.plan import STEPS, Step, StepId
from tests.live_trial.trial import NAME, NobodyError, StopError, Trial
from wizard.aws.errors import AwsError
from wizard.commands.output.exit_codes import ExitCode
from wizard.knowledge.problems import explain
from wizard.model.masking import masked


def run(trial: Trial) -> ExitCode:
    """Go through all steps, and clean up."""
    trial.recorder.start()
    try:
        trial.introduce()
        return _steps(trial)
    except KeyboardInterrupt:
        trial.say()
        trial.say("Interrupted.")
        trial.say_what_is_left()
        return ExitCode.INTERRUPTED
    finally:
        trial.recorder.stop()


def _steps(trial: Trial) -> ExitCode:
    for number, step in enumerate(STEPS, 1):
        trial.recorder.step = number
        try:
            _one(trial, step, number)
        except NobodyError:
            trial.say("Nobody answers, so nothing more is done.")
            trial.say_what_is_left()
            return ExitCode.UNFINISHED
        except StopError:
            return _given_up(trial, step)
        except Exception as error:  # noqa: BLE001 - whatever it is, the person must hear what is left in the account
            trial.say()
            trial.say(f"Step {number} did not come to its end: {_told(error)}")
            return _after_failure(trial)
        finally:
            trial.write()
    trial.say()
    trial.say(f"Done. What was found: {trial.findings}")
    for name in trial.recorder.withheld:
        trial.say(f"Not written, as an id of yours was still in it: {name}")
    trial.say_what_is_left()
    return ExitCode.WELL


def _one(trial: Trial, step: Step, number: int) -> None:
    if trial.wants(step, number):
        ACTIONS[step.id](trial)
    else:
        trial.skipped.append(step.id)


def _given_up(trial: Trial, step: Step) -> ExitCode:
    """Remove everything where the person wants no more; where they do not want that either, say what is left."""
    if step.id is StepId.REMOVE:
        trial.say_what_is_left()
        return ExitCode.UNFINISHED
    trial.say("No more steps.")
    return _clean_up(trial, ExitCode.WELL)


def _after_failure(trial: Trial) -> ExitCode:
    trial.say_what_is_left()
    try:
        wanted = bool(trial.left()) and trial.sure("Remove it all now?")
    except NobodyError:
        wanted = False
    return _clean_up(trial, ExitCode.WRONG) if wanted or not trial.left() else ExitCode.WRONG


def _clean_up(trial: Trial, code: ExitCode) -> ExitCode:
    trial.recorder.step = len(STEPS)
    try:
        if trial.left():
            remove(trial)
        elif trial.exists:
            trial.service.store.delete(NAME)
    except NobodyError:
        code = ExitCode.UNFINISHED
    except Exception as error:  # noqa: BLE001 - as above
        trial.say(f"The removal did not come to its end: {_told(error)}")
        code = ExitCode.WRONG
    trial.write()
    trial.say_what_is_left()
    return code


def _told(error: Exception) -> str:
    """Say what happened; of a mistake of ours also where."""
    if isinstance(error, AwsError):
        about = explain(error.problem)
        return f"{about.title}. {' '.join(about.steps)}"
    where = "" if str(error) else f" at {traceback.extract_tb(error.__traceback__)[-1].lineno}"
    return masked(str(error) or f"{type(error).__name__}{where}")
