"""The commands behind `make` and `python -m helpers`: standard library only, until the environment exists."""
