"""One file a tab: its widgets, and what they may ask of the page's run."""
