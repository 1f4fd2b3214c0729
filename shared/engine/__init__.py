"""What an engine is, what one run is told, and what the run did."""
