"""The simulation bench of the reasoning: projects whose truth is known, judged by the product, and scored."""
