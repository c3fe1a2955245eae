"""Every test run, of tests/ and of notebooks/, is offline and knows nothing of the developer's own settings."""

pytest_plugins = ["tests.offline.plugin"]
