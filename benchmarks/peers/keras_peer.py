"""Keras's side of the benchmarks, on TensorFlow; compiling is left out of its clock."""

from functools import partial

from keras_net import KerasNet
from side import Side

# XLA makes the small net faster, and the convolutions several times slower.
Side(
    estimators={
        "fcnn": partial(KerasNet, net="fcnn", jit_compile=True, keep=True),
        "cnn": partial(KerasNet, net="cnn", keep=True),
    },
    packages=["keras", "tensorflow-cpu", "numpy"],
).serve()
