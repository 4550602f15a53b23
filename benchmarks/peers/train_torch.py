"""One epoch of WORK.net in torch: WORK.mode is dense, channels_last, or masked (nn.utils.prune at WORK.sparsity)."""
import torch
import torch.nn.functional as F
from frame import THREADS, WORK, serve, timed
from samples import samples
from torch import nn
from torch.nn.utils import prune

torch.set_num_threads(THREADS)
torch.manual_seed(1)
BATCH = WORK["batch"]


def mlp():
    return nn.Sequential(
        nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10)
    )


def lenet_5():
    return nn.Sequential(
        nn.Conv2d(1, 20, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(20, 50, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(800, 500), nn.ReLU(), nn.Linear(500, 10),
    )  # fmt: skip


def convolution(channels, filters, size, stride):
    return nn.Sequential(
        nn.Conv2d(channels, filters, size, stride, padding=size // 2, bias=False), nn.BatchNorm2d(filters)
    )


class Block(nn.Module):
    def __init__(self, channels, filters, stride):
        super().__init__()
        self.first = convolution(channels, filters, 3, stride)
        self.second = convolution(filters, filters, 3, 1)
        is_same = stride == 1 and channels == filters
        self.shortcut = nn.Identity() if is_same else convolution(channels, filters, 1, stride)

    def forward(self, x):
        return F.relu(self.second(F.relu(self.first(x))) + self.shortcut(x))


def resnet():
    return nn.Sequential(
        convolution(3, 16, 3, 1), nn.ReLU(),
        Block(16, 16, 1), Block(16, 32, 2), Block(32, 64, 2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10),
    )  # fmt: skip


images, labels = samples()
x = torch.tensor(images).permute(0, 3, 1, 2).contiguous()
y = torch.tensor(labels)
model = {"mlp": mlp, "lenet-5": lenet_5, "resnet": resnet}[WORK["net"]]()
if WORK["mode"] == "channels_last":
    model = model.to(memory_format=torch.channels_last)
    x = x.contiguous(memory_format=torch.channels_last)
if WORK["mode"] == "masked":
    kernels = [(layer, "weight") for layer in model.modules() if isinstance(layer, (nn.Linear, nn.Conv2d))]
    prune.global_unstructured(kernels, prune.L1Unstructured, amount=WORK["sparsity"])
optimizer = torch.optim.Adam(model.parameters(), 1e-3)


def epoch():
    order = torch.randperm(len(x))
    for start in range(0, len(order), BATCH):
        batch = order[start : start + BATCH]
        optimizer.zero_grad()
        F.cross_entropy(model(x[batch]), y[batch]).backward()
        optimizer.step()


serve(lambda: {"seconds": timed(epoch)})
