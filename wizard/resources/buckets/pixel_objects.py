"""The pixel's objects in the content bucket, and the image behind them."""

import hashlib
from collections.abc import Mapping

from wizard.aws.bucket import content_bucket, stored, unlike
from wizard.model.context import Context
from wizard.model.results import Action, Change
from wizard.model.setup import Made
from wizard.resources.distribution.invalidation import invalidate
from wizard.resources.resource import Reading, Resource, stopped_by
from wizard.snowplow import pixel_image
from wizard.snowplow.pixel_response import CACHE_CONTROL, METADATA

KEYS: Mapping[str, str] = {"i": "pixel-i", "pxl.png": "pixel-pxl", "ice.png": "pixel-ice"}
"""Object key to item id: what today's tracker asks for, the old guide's name, and what old trackers ask for."""

BUILT_IN = "builtin"
"""The choice of our own image."""


def image_for(key: str, made: Made) -> pixel_image.PixelImage:
    """Return what belongs under a key: the user's image where its type fits the name, else the built-in one."""
    own = pixel_image.validate(made.pixel_image) if made.pixel_image else None
    if key.endswith(".png"):
        return own if own and own.content_type == "image/png" else pixel_image.builtin_png()
    return own or pixel_image.builtin()


class PixelSource(Resource):
    """The image itself: built in, or fetched once from where the user says and kept with the setup."""

    id = "pixel-image"
    title = "The 1x1 image"
    in_aws = False

    async def read(self) -> Reading:
        """Compare the choice with the image at hand."""
        source, made = self.context.choices.pixel, self.context.made
        if source == BUILT_IN and made.pixel_image is None:
            return self.fine("The built-in transparent 1x1 image is used")
        if made.pixel_image is not None and made.pixel_source == source:
            return self.fine(f"Your own image is used, from {source}")
        return self.absent("The image hasn't been fetched yet", f"Get the image: {source}")

    async def carry_out(self, change: Change) -> None:
        """Fetch and validate the image, and keep its bytes.

        Raises:
            StoppedError: it cannot be had, or is no 1x1 GIF or PNG under 1 KiB.
        """
        del change  # there is only one
        source = self.context.choices.pixel
        if source == BUILT_IN:
            self.context.state.record(pixel_image=None, pixel_source=source)
            return
        try:
            data = await pixel_image.fetch(self.context.ports.web, source)
            pixel_image.validate(data)
        except pixel_image.PixelError as error:
            raise stopped_by(error)(str(error), "pixel-unusable", source=source, reason=str(error)) from error
        self.context.state.record(pixel_image=data, pixel_source=source)


class PixelObject(Resource):
    """One of the pixel's files in the content bucket."""

    parent = "content-bucket"
    needs = ("pixel-image",)

    def __init__(self, context: Context, key: str) -> None:
        super().__init__(context)
        self.key = key
        self.id = KEYS[key]
        self.title = f"File {key}"

    @property
    def _wanted(self) -> dict[str, str]:
        image = image_for(self.key, self.context.made)
        digest = hashlib.md5(image.content, usedforsecurity=False).hexdigest()
        return {"Content-Type": image.content_type, "Cache-Control": CACHE_CONTROL, "content": digest}

    async def read(self) -> Reading:
        """Compare the file's type, caching and bytes."""
        found = await stored(self.context, self.key)
        if found is None:
            return self.missing()
        if wrong := unlike(found, self._wanted):
            return self.differs(f"{self.title}: not as uploaded", *wrong, change=f"Upload again: {self.key}")
        return self.fine(f"{self.title} is in place", observed=f"{found['Content-Type']}, {found['size']} bytes")

    def missing(self) -> Reading:
        """The file is not there."""
        return self.absent(f"{self.title}: not uploaded yet", f"Upload {self.key}")

    async def carry_out(self, change: Change) -> None:
        """Upload the file with its type and caching; edges that keep another one are told to drop it."""
        image = image_for(self.key, self.context.made)
        await content_bucket(self.context).put(
            self.key,
            image.content,
            content_type=image.content_type,
            cache_control=CACHE_CONTROL,
            metadata={METADATA: self.context.state.setup.id},
        )
        if change.action is Action.UPDATE:
            await invalidate(self.context, f"/{self.key}", *(("/",) if self.key == "i" else ()))
