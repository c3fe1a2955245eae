"""What can be found out without a server: pure, seeded, on virtual time. Numbers in, frames and values out."""
