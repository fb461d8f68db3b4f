"""The framework advisor: asks, reasons and explains; it never imports a deep-learning framework."""

__version__ = "0.1.0"
