"""What is believed, by whom, and how it could be shown wrong: packs of YAML as typed records."""
