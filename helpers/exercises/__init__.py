"""The exercises: one module a lesson, each with its checks, hints and reference solutions (`EXERCISES`)."""
