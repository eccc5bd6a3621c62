"""Benchmarks of the program against other ways of doing the same work."""
