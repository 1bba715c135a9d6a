"""Words and figures that every front end says alike, without colors or layout."""
