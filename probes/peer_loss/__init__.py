"""A peer is killed in the middle of data-parallel training: what does the survivor do?

Two processes train together on this machine; after five steps the second ends itself by SIGKILL, as an out-of-memory
killer would. The survivor "errors" (an exception can be caught, and the process leaves), "errors-then-hangs" (it does
not leave by itself), "dies" (its process is ended), "hangs" (nothing within 30 s of the loss) or "continues" (it trains
on without a word). `survivor_seconds` run from the peer's death to the end of the survivor's process. Whether a job can be resumed with other machines is not asked, nor what a cluster's scheduler does.
PyTorch: DistributedDataParallel over gloo. TensorFlow: MultiWorkerMirroredStrategy. Keras: on JAX keras.distribution
over two processes; on the other backends there is none.
Void: a machine that forbids sockets on its loopback device.
"""

QUESTION = "What does the survivor of data-parallel training do when its peer is killed?"
TIMED = False
DEPTH = "full"
ALONE = True
MEASURES = {
    "survivor": {},
    "survivor_error": {},
    "survivor_seconds": {"unit": "s", "better": "lower", "exact": False},
    "api": {},
}
