"""Replaced certificates: deleted as soon as CloudFront lets go of them."""

from wizard.model.results import Action, Actor, Change
from wizard.resources.certificate.certificate import TYPICAL_RELEASE, delete_former
from wizard.resources.resource import NotYetError, Presence, Reading, Resource


class FormerCertificates(Resource):
    """What a replacement leaves behind: one that was attached stays until the distribution has moved to the new one."""

    id = "certificates-former"
    title = "Replaced certificates are deleted"
    parent = "identity"
    needs = (
        "certificate",
        "certificate-issued",
    )  # either may be what replaces one, and only then there is a former one
    removed_after = ("distribution",)

    async def read(self) -> Reading:
        """Look in our own record: only what we replaced ourselves is deleted."""
        former = self.context.made.certificates_former
        if not former:
            return self.fine("No replaced certificate is left")
        change = Change(self.id, Action.DELETE, Actor.US, "Delete what was replaced: " + ", ".join(former))
        return Reading(presence=Presence.OURS, summary="A replaced certificate still exists", changes=(change,))

    async def carry_out(self, change: Change) -> None:
        """Delete them.

        Raises:
            NotYetError: one is still attached.
        """
        del change  # there is only one
        for arn in self.context.made.certificates_former:
            if not await delete_former(self.context, arn):
                summary = "CloudFront hasn't released the replaced certificate yet"
                raise NotYetError(Change(self.id, Action.DELETE, Actor.AWS, summary, typical=TYPICAL_RELEASE, every=15))

    async def removal(self) -> Reading:
        """Delete them all the same."""
        reading = await self.read()
        return self.gone("No replaced certificate is left") if reading.settled else reading
