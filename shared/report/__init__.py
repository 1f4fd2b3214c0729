"""The comparison, from the results files alone."""
