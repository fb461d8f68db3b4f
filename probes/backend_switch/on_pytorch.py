"""PyTorch runs on itself alone: its code moves nowhere without being rewritten."""
# mypy: ignore-errors


def measure(task):
    return {"switch": "absent", "backends": 1}
