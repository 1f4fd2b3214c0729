"""The engine-free core of Saltworks. It imports no engine."""
