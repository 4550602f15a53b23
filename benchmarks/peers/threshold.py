"""Cuts WORK.size float32 weights to WORK.sparsity, by what users would pick: WORK.peer."""
import numpy as np
from frame import THREADS, WORK, peak_beyond, serve

SIZE, TENSORS, SPARSITY = WORK["size"], WORK["tensors"], WORK["sparsity"]


def global_unstructured():
    import torch
    from torch.nn.utils import prune

    torch.set_num_threads(THREADS)
    width = int((SIZE / TENSORS) ** 0.5)

    def turn():
        layers = [torch.nn.Linear(width, width, bias=False) for _ in range(TENSORS)]
        weights = [(layer, "weight") for layer in layers]
        return peak_beyond(lambda: prune.global_unstructured(weights, pruning_method=prune.L1Unstructured, amount=SPARSITY))

    return turn


def kthvalue():
    import torch

    torch.set_num_threads(THREADS)
    weights = torch.randn(SIZE)

    def cut():
        line = weights.abs().kthvalue(int(SIZE * SPARSITY)).values
        return weights * (weights.abs() > line)

    return lambda: peak_beyond(cut)


def partition():
    weights = np.random.default_rng(0).standard_normal(SIZE, dtype=np.float32)
    k = int(SIZE * SPARSITY)

    def cut():
        magnitude = np.abs(weights)
        return weights * (magnitude >= np.partition(magnitude, k)[k])

    return lambda: peak_beyond(cut)


serve({"global_unstructured": global_unstructured, "kthvalue": kthvalue, "partition": partition}[WORK["peer"]]())
