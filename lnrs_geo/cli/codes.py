"""The exit codes of the program (contract, commands)."""

DONE, ROWS_IN_ERROR, WRONG_USAGE, UNUSABLE_INPUT = range(4)
