"""Do the names and arguments that the article uses exist in the installed version, and do they do what it says?

Each is looked up and, where it can be, used once: "present", "absent", or for arguments "accepted" and "refused", with
"warns" where it works under a warning that it will go. `high_level_training`: a model that trains itself by one call.
`graph_without_module`: a plain product of two tensors already carries what is needed to differentiate it, so the graph
is not built by nn.Module. `dense_is_keras`: tf.keras.layers.Dense is Keras' own class, not a second one.
It speaks for the installed versions only: the article's names may have been right when it was written.
"""

QUESTION = "Do the names and arguments that the article uses exist, and do they do what it says?"
TIMED = False
MEASURES: dict[str, dict[str, str]] = {
    "optimizer_of_article": {},
    "adam_of_article": {},
    "adam_of_samples": {},
    "rate_argument": {},
    "size_argument": {},
    "layer_gradient": {},
    "gradient_function": {},
    "graph_class": {},
    "graph_without_module": {},
    "dense_is_keras": {},
    "layers_compose": {},
    "high_level_training": {},
    "script_compiler": {},
}
