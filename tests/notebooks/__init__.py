"""Proofs about the notebooks that nbval cannot give, and the proof that each of them bites."""
