"""From answers, knowledge and findings to advice: pure functions, no clock, no disk, no terminal."""
