"""Does a switch to bfloat16 or float16 really change what is computed, and is it still nearly right?

A product of matrices inside a layer of 256 units. "works": the layer's output has the asked type, the weights stay
float32, and the error against float64 is that of the shorter number (above what float32 explains, below 5 %);
"no-effect": accepted, but computed in float32; "fails": refused, or wrong. PyTorch by torch.autocast, TensorFlow and
Keras by a dtype policy. `float16_scaling`: whether the loss is scaled against underflow "automatic"-ally or "by-hand".
Whether it is faster is another question, and depends on the device; nothing can void this one.
"""

QUESTION = "Does mixed precision really compute in the shorter type, with the error that goes with it?"
TIMED = False
DEPTH = "full"
ALONE = True
MEASURES: dict[str, dict[str, str]] = {
    "bfloat16": {},
    "bfloat16_dtype": {},
    "bfloat16_error": {},
    "float16": {},
    "float16_dtype": {},
    "float16_error": {},
    "weights_dtype": {},
    "float16_scaling": {},
}
