"""How much has to be written for the same job?

Counted in the marked parts (`# effort: begin` … `# effort: end`) of linear-regression and training-step, which is
the very code that is run and timed there: statements, distinct names of the framework, and lines of code.
Left out: imports, data, copying the fixed weights in, and what only the harness needs.
It is a measure of writing, not of learning or of debugging.
"""

QUESTION = "How many statements and framework names does the same job need?"
TIMED = False
STATIC = True
USES = ("linear_regression", "training_step")
MEASURES = {
    "statements": {"better": "lower"},
    "api_names": {"better": "lower"},
    "lines": {"better": "lower"},
    "linear_regression_statements": {"better": "lower"},
    "training_step_statements": {"better": "lower"},
}
