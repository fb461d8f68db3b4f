"""Views of one advice record: each renders it, none computes."""
