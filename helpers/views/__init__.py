"""Charts and widgets, one module a lesson: numbers in, pictures out. A view computes no cost."""
