"""What runs in the fresh process: one framework, timed or asked."""
