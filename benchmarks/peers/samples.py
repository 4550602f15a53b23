"""The samples that nets are trained on: the first WORK.samples of MNIST, or random images."""
from pathlib import Path

import numpy as np
from frame import WORK


def samples():
    """Images [n, h, w, channels] as float32, and labels."""
    count = WORK["samples"]
    if WORK["net"] == "resnet":
        random = np.random.default_rng(1)
        return random.random((count, 32, 32, 3), dtype=np.float32), random.integers(0, 10, count)
    folder = Path(WORK["mnist"])
    images = _idx(folder / "train-images-idx3-ubyte")[:count, :, :, None].astype("float32") / 255
    return images, _idx(folder / "train-labels-idx1-ubyte")[:count].astype("int64")


def _idx(path):
    raw = path.read_bytes()
    shape = [int.from_bytes(raw[4 + 4 * i : 8 + 4 * i], "big") for i in range(raw[3])]
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(shape)
