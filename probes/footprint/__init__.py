"""How much does a stack put on the disk, and how many distributions does it bring?

The stack's distributions and everything they require on this system, extras left out, as the installer recorded them;
sizes are those of the recorded files that are there. Files shared by two stacks are counted in each. Read from metadata
alone: no framework is imported for it. What a GPU build would bring is known only where one is installed.
Void: nothing; without the packaging library, or where a distribution keeps no record, it is "unsupported".
"""

QUESTION = "How large is the installed stack, and of how many distributions does it consist?"
TIMED = False
MEASURES = {
    "disk_mb": {"unit": "MiB", "better": "lower"},
    "distributions": {"better": "lower"},
    "files": {"better": "lower"},
    "largest": {},
}
