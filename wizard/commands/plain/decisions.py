"""Asks a walk's decisions as they come up, while the rest of the walk continues."""

from collections.abc import Callable

from wizard.commands.plain.prompt import NoAnswerError
from wizard.engine.progress import Progress
from wizard.model.results import Decision, Update
from wizard.model.threads import in_thread


class DecisionPrompts:
    """Asks, and hands the answers to the walk at once.

    Args:
        ask: puts one question and returns the choice; blocking.
        answers: decision id to choice; what is answered is added, so that later walks need not ask again.
    """

    def __init__(self, ask: Callable[[Decision], str], answers: dict[str, str]) -> None:
        self._ask = ask
        self._answers = answers
        self.open = True
        """Whether somebody is there who may answer; the end of the input ends that, and the walk goes on without."""

    async def __call__(self, progress: Progress, update: Update) -> None:
        """Put what is open now, which may be more or less than at the update.

        Raises:
            wizard.commands.plain.prompt.BackError: the user typed `back`.
            wizard.commands.plain.prompt.QuitError: the user typed `quit`.
        """
        del update
        while self.open and (asked := _next(progress)):
            try:
                choice = await in_thread(self._ask, asked)
            except NoAnswerError:
                self.open = False
                return
            self._answers[asked.id] = choice
            progress.answer(asked.id, choice)


def _next(progress: Progress) -> Decision | None:
    return next((one for one in progress.snapshot.decisions if progress.answered(one.id) is None), None)
