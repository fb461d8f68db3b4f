"""Which accelerators does the framework see, of those the machine has?

What the machine has is read from the system without a framework: NVIDIA's driver, AMD's kernel interface, Apple's
processor. What the framework sees is asked in a process of its own, where nothing is hidden from it. "all", "none" or
"some" of them; "nothing-to-see" on a machine without one. `built_for` is what the installed build was made for.
That a device is seen does not say that every operation runs on it, nor how fast.
"""

QUESTION = "Which accelerators does the framework see, of those the machine has?"
TIMED = False
DEPTH = "full"
MEASURES = {
    "seen": {},
    "accelerators_present": {},
    "accelerators_seen": {"better": "higher"},
    "devices": {},
    "built_for": {},
}
