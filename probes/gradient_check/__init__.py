"""Is automatic differentiation right: against the article's formula, and against central differences?

The formula is that of §4.2.1, the gradient of the mean squared error of a linear model. The differences are those of a
network with two tanh layers, taken by NumPy in float64; they are themselves good to about 1e-8. Errors are relative to
the largest entry. `library_check` is the framework's own checker, where it has one. Keras has no call for a gradient:
it is read off one step of plain descent at rate 1 (`gradient_api` "absent"); `computed_in` says in which precision.
`second_order`: the second derivative of x³ at 2, by differentiating twice.
Correctness only; nothing is timed, nothing can void it.
"""

QUESTION = "Does automatic differentiation give the gradient of the formula and of central differences?"
TIMED = False
DEPTH = "full"
ALONE = True
MEASURES = {
    "gradient_api": {},
    "computed_in": {},
    "formula_error": {"better": "lower"},
    "formula_agrees": {"better": "higher"},
    "difference_error": {"better": "lower"},
    "difference_agrees": {"better": "higher"},
    "library_check": {},
    "second_order": {},
}
