"""PyTorch's side of the benchmarks: one thread."""

from functools import partial

from side import Side
from torch_net import TorchNet

Side(
    estimators={name: partial(TorchNet, net=name) for name in ["fcnn", "cnn"]},
    packages=["torch", "numpy"],
).serve()
