"""Whether the setup was made with today's recipe or an earlier one."""

from wizard.model.results import Check, Status
from wizard.model.setup import RECIPE
from wizard.probes.probe import Probe


class RecipeProbe(Probe):
    """One warning, and only that: the setup is compared with the recipe it was made with, so it works as it is."""

    id = "recipe"
    title = "Created with current settings"

    async def look(self) -> Check:
        """Compare the recipe's number with today's."""
        made_with = self.context.state.setup.recipe
        if made_with >= RECIPE:
            return self.ok("The setup has current settings")
        return self.report(
            Status.WARNING,
            "Created by an earlier snowpixel; `apply --upgrade` updates it",
            "earlier-recipe",
            observed=f"recipe {made_with}",
            expected=f"recipe {RECIPE}",
            found=str(made_with),
            wanted=str(RECIPE),
        )
