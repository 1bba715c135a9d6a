// For sites that bundle the tracker themselves: npm install $package
import { $functions } from "$package";

newTracker($namespace, $collector, {
$settings
});$pings
trackPageView();
