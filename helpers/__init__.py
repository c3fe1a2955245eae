"""The course's shared package: what the lessons and their tests lean on. Importing it loads nothing else."""
