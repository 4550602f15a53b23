"""Writes arrays.json: what NumPy itself writes, for the tests to read. Run it here with a Python that has numpy."""

import base64
import io
import json
import pathlib

import numpy as np


def saved(write):
    file = io.BytesIO()
    write(file)
    return base64.b64encode(file.getvalue()).decode()


def npy(array, version=None):
    return saved(lambda file: np.lib.format.write_array(file, array, version=version))


matrix = np.array([[1, 2, 3], [4, 5, 6]])
types = ["|u1", "|i1", "|b1", "<i2", ">u2", "<u4", ">i4", "<i8", ">u8", "<f2", ">f2", "<f4", ">f4", "<f8", ">f8"]
matrices = [{"name": name, "order": "C", "base64": npy(matrix.astype(name))} for name in types]
matrices += [{"name": name, "order": "F", "base64": npy(np.asfortranarray(matrix.astype(name)))} for name in [">i4", "<f8", "|u1"]]
matrices += [{"name": f"<f4 v{major}", "order": "C", "base64": npy(matrix.astype("<f4"), (major, 0))} for major in [2, 3]]

images = dict(
    x_train=np.arange(16).reshape(4, 2, 2).astype("u1"),
    y_train=np.array([0, 1, 2, 1]),
    x_test=np.full((2, 2, 2), 7, dtype="u1"),
    y_test=np.array([2, 0]),
)
unit = np.eye(3, dtype="f4")
arrays = {
    "by": f"numpy {np.__version__}",
    "matrices": matrices,
    "fortran3d": npy(np.asfortranarray(np.arange(24, dtype="<i2").reshape(2, 3, 4))),
    "compressedArchive": saved(lambda file: np.savez_compressed(file, **images)),
    "storedArchive": saved(
        lambda file: np.savez(file, x_train=unit, y_train=np.array([0, 1, 2]), x_test=unit, y_test=np.array([0, 1, 1]))
    ),
    "objects": npy(np.array([{"a": 1}], dtype=object)),
    "records": npy(np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f4")])),
    "texts": npy(np.array(["cat", "dog"])),
}
(pathlib.Path(__file__).parent / "arrays.json").write_text(json.dumps(arrays, indent=1) + "\n")
