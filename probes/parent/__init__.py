"""What runs in the process that measures: the plan, the children it starts, and what becomes of what they report."""
