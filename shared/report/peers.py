"""The table of the peers."""
def publish():
    pass
