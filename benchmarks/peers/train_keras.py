"""One epoch of 784-128-64-10 in Keras: WORK.mode is dense, or masked (prune_low_magnitude, pruned once, then kept)."""
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")

import tf_keras as keras
from frame import WORK, serve, timed
from samples import samples
from tensorflow_model_optimization.python.core.sparsity.keras import prune, pruning_callbacks, pruning_schedule

keras.utils.set_random_seed(1)
images, labels = samples()
x = images.reshape(len(images), -1)
model = keras.Sequential(
    [
        keras.Input((784,)),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
callbacks = []
if WORK["mode"] == "masked":
    # The masks are made at the first steps, which are those of the warm-up, and not again.
    once = pruning_schedule.ConstantSparsity(WORK["sparsity"], begin_step=0, end_step=1, frequency=1)
    model = prune.prune_low_magnitude(model, pruning_schedule=once)
    callbacks = [pruning_callbacks.UpdatePruningStep()]
model.compile("adam", "sparse_categorical_crossentropy")


def epoch():
    model.fit(x, labels, batch_size=WORK["batch"], epochs=1, verbose=0, callbacks=callbacks)


serve(lambda: {"seconds": timed(epoch)})
