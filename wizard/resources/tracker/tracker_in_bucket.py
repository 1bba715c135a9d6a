"""The tracker in the content bucket: fetched once, held to its hash, and served beside the pixel."""

from collections.abc import Mapping

from msgspec.structs import replace

from wizard.aws.bucket import content_bucket, stored, unlike
from wizard.model.context import Context
from wizard.model.results import Action, Actor, Change, Copyable, Difference
from wizard.model.setup import TRACKER_GOALS, Goal, Made, OldTrackers, SetupChoices, TrackerFile
from wizard.model.threads import in_thread
from wizard.resources.distribution.invalidation import invalidate
from wizard.resources.resource import Presence, Reading, Resource, StoppedError, stopped_by
from wizard.resources.tracker.tracker_use import used_by
from wizard.snowplow.tracker.file_names import new_key
from wizard.snowplow.tracker.served import CACHE_CONTROL, CONTENT_TYPE
from wizard.snowplow.tracker.sources import fetch, parse
from wizard.snowplow.tracker.tracker_file import Tracker, TrackerError


async def content_of(context: Context, file: TrackerFile) -> bytes:
    """Return a recorded file's bytes: those kept here, else got again where they came from, and the same as then.

    Raises:
        StoppedError: they cannot be had any more, or are not the same.
    """
    kept = await in_thread(context.ports.blobs.read, file.sha384)
    if kept is not None:
        return kept
    tracker = await fetched(context, file.source)
    _require(tracker, file.sha384, file.source)
    await in_thread(context.ports.blobs.keep, tracker.content)
    return tracker.content


async def fetched(context: Context, source: str) -> Tracker:
    """Get a tracker.

    Raises:
        StoppedError: it cannot be had, or is none.
    """
    try:
        return await fetch(context.ports.web, parse(source))
    except TrackerError as error:
        raise stopped_by(error)(str(error), "tracker-unusable", source=source, reason=str(error)) from error


def _require(tracker: Tracker, sha384: str, source: str) -> None:
    if tracker.sha384 != sha384:
        raise StoppedError(
            f"What {source} delivers isn't the file you agreed to",
            "tracker-hash",
            source=source,
            found=tracker.sha384,
            wanted=sha384,
        )


_NONE_EARLIER = "No earlier tracker is in the bucket"


class TrackerSource(Resource):
    """The file itself: got from where the user says, recognized, and from then on known by its hash."""

    id = "tracker-file"
    title = "The tracker's JavaScript"
    in_aws = False

    async def read(self) -> Reading:
        """Compare the choice with the file at hand."""
        choices, file = self.context.choices, self.context.made.tracker
        if file is None:
            return self.absent("The tracker hasn't been fetched yet", f"Get the tracker: {choices.tracker}")
        if file.source != choices.tracker:
            change = Difference("source", file.source, choices.tracker)
            return self.differs(
                f"Tracker {file.version} was fetched, but another was chosen",
                change,
                change=f"Get the tracker: {choices.tracker}",
            )
        if choices.tracker_sha384 not in (None, file.sha384):
            change = Difference("sha384", file.sha384, str(choices.tracker_sha384))
            return self.differs("Another hash was chosen", change, change=f"Get the tracker again: {choices.tracker}")
        reading = self.fine(f"Tracker {file.version}, {file.size:,} bytes", observed=file.sha384, version=file.version)
        return replace(reading, copy=(Copyable("integrity", file.sha384),))

    async def carry_out(self, change: Change) -> None:
        """Get the file and record what it is.

        Raises:
            StoppedError: it cannot be had, is no tracker, or not the one that was demanded.
        """
        del change  # there is only one
        choices, made = self.context.choices, self.context.made
        tracker = await fetched(self.context, choices.tracker)
        if choices.tracker_sha384:
            _require(tracker, choices.tracker_sha384, choices.tracker)
        await in_thread(self.context.ports.blobs.keep, tracker.content)
        self.context.state.record(tracker=_recorded(tracker, choices.tracker, made))


def _recorded(tracker: Tracker, source: str, made: Made) -> TrackerFile:
    """Describe a file; one that was seen before keeps its address, so that a way back changes nothing on the pages."""
    known = (*((made.tracker,) if made.tracker else ()), *made.trackers_stored)
    before = next((one for one in known if one.sha384 == tracker.sha384), None)
    return TrackerFile(
        source=source,
        flavour=str(tracker.flavour),
        version=tracker.version,
        sha384=tracker.sha384,
        md5=tracker.md5,
        size=len(tracker.content),
        key=before.key if before else new_key(tracker.version),
    )


class TrackerObject(Resource):
    """The file in the content bucket. A newer version lies beside it: pages name the one that they load."""

    id = "tracker-object"
    title = "The tracker in the bucket"
    parent = "content-bucket"
    needs = ("tracker-file",)

    @property
    def _file(self) -> TrackerFile | None:
        return self.context.made.tracker

    async def read(self) -> Reading:
        """Compare the file's type, caching and bytes."""
        file = self._file
        if file is None or file.source != self.context.choices.tracker:
            return self.missing()
        found = await stored(self.context, file.key)
        if found is None:
            return self.missing()
        if wrong := unlike(found, _wanted(file)):
            return self.differs(f"{file.key}: not as uploaded", *wrong, change=f"Upload again: {file.key}")
        return self.fine(f"{file.key} is in place", observed=f"{CONTENT_TYPE}, {int(found['size']):,} bytes")

    def missing(self) -> Reading:
        """The file is not there."""
        what = self._file.key if self._file else "the tracker"
        return self.absent("The tracker isn't uploaded yet", f"Upload {what}")

    async def carry_out(self, change: Change) -> None:
        """Upload the file; one that somebody changed is also dropped from the edges.

        Raises:
            StoppedError: its bytes cannot be had any more.
        """
        file, state = self._file, self.context.state
        assert file is not None  # noqa: S101 - `needs` says that it was got before
        body = await content_of(self.context, file)
        others = tuple(one for one in self.context.made.trackers_stored if one.key != file.key)
        state.record(trackers_stored=(file, *others))
        await content_bucket(self.context).put(
            file.key,
            body,
            content_type=CONTENT_TYPE,
            cache_control=CACHE_CONTROL,
            metadata={"sha384": file.sha384, "version": file.version},
        )
        if change.action is Action.UPDATE:
            await invalidate(self.context, f"/{file.key}")


def _wanted(file: TrackerFile) -> Mapping[str, str]:
    """Return what S3 shall say; it is stored as it is, for CloudFront packs it itself."""
    return {"Content-Type": CONTENT_TYPE, "Cache-Control": CACHE_CONTROL, "Content-Encoding": "", "content": file.md5}


def in_bucket(choices: SetupChoices, made: Made) -> tuple[TrackerFile, ...]:
    """Return the files in the bucket that are not the one in use."""
    current = made.tracker if Goal.JS_BUCKET in choices.goals else None
    return tuple(one for one in made.trackers_stored if current is None or one.key != current.key)


class EarlierTrackers(Resource):
    """Files that pages may still load: kept until the user wants them gone, and then only if nobody loads them."""

    id = "tracker-earlier"
    title = "Earlier trackers in the bucket"
    parent = "content-bucket"

    @property
    def _files(self) -> tuple[TrackerFile, ...]:
        return in_bucket(self.context.choices, self.context.made)

    async def read(self) -> Reading:
        """List them, and what is to become of them."""
        choices = self.context.choices
        unwanted = choices.tracker_old is OldTrackers.REMOVE or Goal.JS_BUCKET not in choices.goals
        listed = ", ".join(one.key for one in self._files)
        if not self._files:
            return self.fine(_NONE_EARLIER)
        if not unwanted:
            return self.fine(f"Kept for pages that still load them: {listed}", observed=listed)
        changes = tuple(Change(self.id, Action.DELETE, Actor.US, _deleting(one)) for one in self._files)
        return Reading(presence=Presence.OURS, summary=f"No longer wanted: {listed}", changes=changes, observed=listed)

    def missing(self) -> Reading:
        """No bucket, no files."""
        return self.gone(_NONE_EARLIER)

    async def carry_out(self, change: Change) -> None:
        """Delete one file, unless somebody still loads it.

        Raises:
            StoppedError: somebody does, or that cannot be told.
        """
        file = next(one for one in self._files if _deleting(one) == change.summary)
        use = await used_by(self.context, file)
        if use:
            raise StoppedError(f"{file.key} is still in use: {use}", "tracker-in-use", file=file.key, where=use)
        await content_bucket(self.context).delete_file(file.key)
        rest = tuple(one for one in self.context.made.trackers_stored if one.key != file.key)
        self.context.state.record(trackers_stored=rest)
        await invalidate(self.context, f"/{file.key}")
        if not TRACKER_GOALS & set(self.context.choices.goals):
            self.context.state.record(tracker=None)


def _deleting(file: TrackerFile) -> str:
    return f"Delete {file.key} (tracker {file.version})"
