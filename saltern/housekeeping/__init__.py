"""What is in a store, whether it is whole, and what of it can go: ``python -m saltern``."""
