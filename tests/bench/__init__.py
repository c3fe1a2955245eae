"""What the course costs in time and memory, as ratios measured in one run: the command behind `make bench`."""
