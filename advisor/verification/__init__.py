"""Is a pack sound? What can be shown wrong about its rules, claims and cases without measuring anything."""
