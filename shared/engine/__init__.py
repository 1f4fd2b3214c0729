"""What an engine is, what one run is told, and what came of it."""
