"""The proof that offline means offline: a guard in every Python process of a test run, and what judges its log."""
