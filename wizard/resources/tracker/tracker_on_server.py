"""The tracker on the user's own web server: a folder that we write, and a file that the user puts there."""

from pathlib import Path

from wizard.model.context import Context
from wizard.model.ports import WebError
from wizard.model.results import Action, Actor, Change, Copyable, Difference, Problem, Status
from wizard.model.setup import TrackerFile
from wizard.model.threads import in_thread
from wizard.resources.resource import Presence, Reading, Resource, StoppedError
from wizard.resources.tracker.tracker_in_bucket import content_of
from wizard.snowplow.tracker.export import contents, different, write
from wizard.snowplow.tracker.served import ANSWER_LIMIT, ASKING, DeliveryFault, faults, needs_cors, undecodable

TYPICAL = 600.0
"""Seconds that a person usually needs to put two files onto a web server."""

EVERY = 10.0


def folder_of(context: Context) -> Path:
    """Return where the folder for the web server is."""
    chosen = context.choices.tracker_folder
    return Path(chosen) if chosen else context.ports.blobs.folder("web") / context.state.setup.name


class TrackerFolder(Resource):
    """The folder with the file, its packed copy and the configuration for each web server."""

    id = "tracker-folder"
    title = "Folder for your web server"
    needs = ("tracker-file",)
    parent = "tracker-file"
    in_aws = False

    async def read(self) -> Reading:
        """Compare the folder with what belongs into it."""
        file, folder = self.context.made.tracker, folder_of(self.context)
        url = self.context.choices.tracker_url
        if file is None or file.source != self.context.choices.tracker:
            return self.missing()
        if url is None:
            return self.stopped(
                "The address where your web server will serve the file isn't set", "tracker-url-missing"
            )
        wrong = await in_thread(different, folder, await self._wanted(file, url))
        if wrong:
            lacking = Difference("files", f"{', '.join(wrong)} missing or different", "as snowpixel writes them")
            return self.differs(f"{folder} isn't complete", lacking, change=self._doing())
        return self.fine(f"{folder} is ready", observed=str(folder), folder=str(folder))

    async def _wanted(self, file: TrackerFile, url: str) -> dict[str, bytes]:
        return contents(file, await content_of(self.context, file), url)

    def missing(self) -> Reading:
        """Nothing written yet."""
        return self.absent("The folder isn't written yet", self._doing())

    def _doing(self) -> str:
        return f"Write the folder {folder_of(self.context)}"

    async def carry_out(self, change: Change) -> None:
        """Write the folder.

        Raises:
            StoppedError: it cannot be written.
        """
        del change  # there is only one
        file, url, folder = self.context.made.tracker, self.context.choices.tracker_url or "", folder_of(self.context)
        assert file is not None  # noqa: S101 - `needs` says that it was got before
        wanted = await self._wanted(file, url)
        try:
            await in_thread(write, folder, wanted)
        except OSError as error:
            reason = error.strerror or str(error)
            raise StoppedError(
                f"{folder} can't be written: {reason}", "tracker-folder", folder=str(folder), reason=reason
            ) from error


class TrackerOnServer(Resource):
    """The file as the user's web server delivers it: the user puts it there, we look."""

    id = "tracker-server"
    title = "The tracker on your web server"
    needs = ("tracker-folder",)
    parent = "tracker-file"
    comes_with_parent = True  # the file may be on the server before it is known here
    in_aws = False

    async def read(self) -> Reading:
        """Ask for the file as a browser would, and judge the answer."""
        file, url = self.context.made.tracker, self.context.choices.tracker_url
        if file is None or url is None or file.source != self.context.choices.tracker:
            return self.missing()
        try:
            answer = await self.context.ports.web.get(url, headers=ASKING, limit=ANSWER_LIMIT)
        except WebError as error:
            return self._unreached(url, error)
        found = [one for one in faults(answer, file, url) if one.problem != "tracker-cors" or self._other_origins(url)]
        if found:
            return self._faulty(url, found[0])
        return self.fine(f"{url} delivers tracker {file.version} as it should", observed=file.sha384, url=url)

    def _other_origins(self, url: str) -> bool:
        return needs_cors(url, self.context.choices.pages)

    def missing(self) -> Reading:
        """Nothing to look at yet."""
        return Reading(
            presence=Presence.ABSENT,
            summary="Not on your web server yet",
            changes=(self._asked(),),
            status=Status.WAITING,
        )

    def _asked(self) -> Change:
        summary = f"Put the files in {folder_of(self.context)} on your web server"
        return Change(self.id, Action.CREATE, Actor.USER, summary, typical=TYPICAL, every=EVERY)

    def _unreached(self, url: str, error: WebError) -> Reading:
        if error.kind == "encoding":
            return self._faulty(url, undecodable(url, str(error)))
        if error.kind == "tls":
            fault = DeliveryFault("tracker-untrusted", f"No trusted connection to {url}", observed=str(error))
            return self._faulty(url, fault)
        fault = DeliveryFault("tracker-unreached", f"{url} couldn't be reached", observed=f"{error.kind}: {error}")
        return self._faulty(url, fault, unseen=True)

    def _faulty(self, url: str, fault: DeliveryFault, *, unseen: bool = False) -> Reading:
        """Report what is wrong: a task for the user while the file is being put there, a fault once it stood."""
        stood = self.id in self.context.state.setup.stood
        status = Status.WARNING if not fault.serious else Status.WAITING
        if fault.serious and stood:
            status = Status.UNKNOWN if unseen else Status.FAILED
        return Reading(
            presence=Presence.OURS,
            summary=fault.summary,
            changes=(self._asked(),) if fault.serious else (),
            status=status,
            problem=Problem(fault.problem, {"url": url, "observed": fault.observed, "wanted": fault.expected}),
            observed=fault.observed,
            expected=fault.expected,
            copy=(Copyable("Folder", str(folder_of(self.context))),),
        )

    async def removal(self) -> Reading:
        """Leave what is the user's."""
        return self.gone("The file on your web server is kept: delete it yourself")
