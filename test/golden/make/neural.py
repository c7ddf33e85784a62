"""Golden values of test/neural, from Keras 3.15.1 on TensorFlow 2.21.0, in float64.

On JAX, Keras 3.15.1 computes tanh and batch normalization in float32 whatever its floatx.

Usage: KERAS_BACKEND=tensorflow python test/golden/make/neural.py > test/golden/neural.json
"""

import json

import keras
import numpy as np
import tensorflow

assert keras.__version__ == "3.15.1" and tensorflow.__version__ == "2.21.0"
assert keras.backend.backend() == "tensorflow"
keras.config.set_floatx("float64")
random = np.random.default_rng(0)

# Batches of four rows; the last one has two.
ROWS, BATCH = 10, 4
WEIGHTED = {"activation": "linear", "useBias": True, "kernelInitializer": "glorotUniform"}


def dense(units, **settings):
    return {"type": "dense", "units": units, **WEIGHTED, **settings}


def conv2d(filters, kernel_size, strides=(1, 1), padding="valid", **settings):
    sizes = {"filters": filters, "kernelSize": kernel_size, "strides": strides, "padding": padding}
    return {"type": "conv2d", **sizes, **WEIGHTED, **settings}


def pooling(kind, pool_size, strides, padding):
    return {"type": kind + "Pooling2d", "poolSize": pool_size, "strides": strides, "padding": padding}


def normalization(momentum=0.99, epsilon=1e-3):
    return {"type": "batchNormalization", "momentum": momentum, "epsilon": epsilon}


def activation(name):
    return {"type": "activation", "activation": name}


FLATTEN = {"type": "flatten"}
GLOBAL = {"type": "globalAveragePooling2d"}


def keras_layer(layer):
    kind = layer["type"]
    if kind in ("dense", "conv2d"):
        also = {"activation": layer["activation"], "use_bias": layer["useBias"]}
    if kind == "dense":
        return keras.layers.Dense(layer["units"], **also)
    if kind == "conv2d":
        sizes = {"strides": layer["strides"], "padding": layer["padding"]}
        return keras.layers.Conv2D(layer["filters"], layer["kernelSize"], **sizes, **also)
    if kind in ("maxPooling2d", "averagePooling2d"):
        of = keras.layers.MaxPooling2D if kind == "maxPooling2d" else keras.layers.AveragePooling2D
        return of(layer["poolSize"], strides=layer["strides"], padding=layer["padding"])
    if kind == "globalAveragePooling2d":
        return keras.layers.GlobalAveragePooling2D()
    if kind == "batchNormalization":
        return keras.layers.BatchNormalization(momentum=layer["momentum"], epsilon=layer["epsilon"])
    if kind == "activation":
        return keras.layers.Activation(layer["activation"])
    if kind == "reshape":
        return keras.layers.Reshape(layer["targetShape"])
    assert kind == "flatten"
    return keras.layers.Flatten()


LOSSES = {
    "categoricalCrossentropy": keras.losses.SparseCategoricalCrossentropy,
    "binaryCrossentropy": keras.losses.BinaryCrossentropy,
    "meanSquaredError": keras.losses.MeanSquaredError,
    "meanAbsoluteError": keras.losses.MeanAbsoluteError,
    "huber": keras.losses.Huber,
}


def keras_optimizer(o):
    rate = o["learningRate"]
    if o["name"] == "sgd":
        return keras.optimizers.SGD(rate, momentum=o["momentum"], nesterov=o["nesterov"])
    if o["name"] == "rmsprop":
        return keras.optimizers.RMSprop(rate, rho=o["rho"], momentum=o["momentum"], epsilon=o["epsilon"])
    betas = {"beta_1": o["beta1"], "beta_2": o["beta2"], "epsilon": o["epsilon"]}
    if o["name"] == "adam":
        return keras.optimizers.Adam(rate, **betas)
    return keras.optimizers.AdamW(rate, weight_decay=o["weightDecay"], **betas)


def settings(name, **numbers):
    """Keras takes some of its settings through float32; so they are numbers that float32 holds."""
    return {"name": name, **{key: float(np.float32(value)) for key, value in numbers.items()}}


def sgd(rate, momentum=0.0, nesterov=False):
    return {**settings("sgd", learningRate=rate, momentum=momentum), "nesterov": nesterov}


def adam(rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-7):
    return settings("adam", learningRate=rate, beta1=beta1, beta2=beta2, epsilon=epsilon)


def adamw(rate, decay):
    return {**adam(rate), **settings("adamw", weightDecay=decay)}


def rmsprop(rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7):
    return settings("rmsprop", learningRate=rate, rho=rho, momentum=momentum, epsilon=epsilon)


OPTIMIZERS = [
    sgd(0.1),
    sgd(0.1, 0.9),
    sgd(0.1, 0.9, True),
    adam(),
    adam(0.02, 0.7, 0.95, 1e-3),
    adamw(0.01, 0.5),
    rmsprop(),
    rmsprop(0.01, 0.7, 0.8, 1e-4),
]
FEW = [OPTIMIZERS[2], OPTIMIZERS[4]]

CASES = [
    ("dense layers", [5], 3, "categoricalCrossentropy", OPTIMIZERS, [
        dense(6, activation="tanh"), normalization(0.9), dense(4, activation="elu", useBias=False),
        dense(3, activation="softmax"),
    ]),
    ("convolutions and pooling", [7, 6, 2], 3, "categoricalCrossentropy", FEW, [
        conv2d(3, [3, 2], [2, 1], "same", activation="selu"), normalization(), activation("relu"),
        pooling("max", [3, 2], [2, 2], "same"), conv2d(4, [2, 2], activation="tanh"),
        pooling("average", [2, 2], [1, 1], "same"), FLATTEN, dense(3, activation="softmax"),
    ]),
    ("even kernels, strides beyond them and valid pooling", [8, 9, 1], 1, "binaryCrossentropy", FEW, [
        conv2d(3, [4, 4], [1, 1], "same", activation="softplus"), pooling("max", [2, 3], [1, 2], "valid"),
        conv2d(2, [2, 1], [3, 2], "same", useBias=False), pooling("average", [2, 2], [1, 1], "valid"),
        {"type": "reshape", "targetShape": [2, 1, -1]}, GLOBAL, dense(1, activation="sigmoid"),
    ]),
    ("a 5 x 5 kernel on a smaller image", [3, 4, 2], 1, "meanSquaredError", FEW, [
        conv2d(3, [5, 5], [1, 1], "same", activation="sigmoid"), pooling("average", [3, 3], [2, 2], "same"),
        pooling("max", [5, 5], [1, 1], "same"), FLATTEN, dense(1),
    ]),
    ("mean absolute errors", [4], 1, "meanAbsoluteError", FEW, [dense(4, activation="softplus"), dense(1)]),
    ("Huber's loss", [4], 1, "huber", FEW, [normalization(0.5, 0.01), dense(4, activation="selu"), dense(1)]),
    ("softmax in the middle", [3, 3, 2], 4, "categoricalCrossentropy", FEW, [
        conv2d(3, [2, 2], activation="softmax"), FLATTEN, dense(5), activation("softmax"), dense(4),
        activation("softmax"),
    ]),
]


def plain(array):
    return [float(f"{value:.15g}") for value in np.asarray(array, dtype=np.float64).ravel()]


def f32(array):
    """Numbers that f32 holds exactly."""
    return np.asarray(array, dtype=np.float32).astype(np.float64)


def weights_of(model):
    return [array for layer in model.layers for array in layer.get_weights()]


def set_weights(model, weights):
    at = 0
    for layer in model.layers:
        count = len(layer.get_weights())
        layer.set_weights(weights[at : at + count])
        at += count


def first_weights(model):
    found = []
    for layer in model.layers:
        for variable in layer.weights:
            shape = variable.shape
            if variable.name in ("gamma", "moving_variance"):
                found.append(f32(random.uniform(0.6, 1.4, shape)))
            elif variable.name == "kernel":
                limit = np.sqrt(3 / np.prod(shape[:-1]))
                found.append(f32(random.uniform(-limit, limit, shape)))
            else:
                found.append(f32(random.uniform(-0.3, 0.3, shape)))
    return found


cases = []
for name, shape, outputs, loss, optimizers, layers in CASES:
    model = keras.Sequential([keras.Input(shape), *map(keras_layer, layers)])
    first = first_weights(model)
    X = f32(random.uniform(-1, 1, (ROWS, *shape)))
    classes = {"categoricalCrossentropy": outputs, "binaryCrossentropy": 2}.get(loss)
    y = random.integers(0, classes, ROWS) if classes else f32(random.uniform(-2.5, 2.5, ROWS))
    weight = f32(random.uniform(0, 2, ROWS))
    set_weights(model, first)
    outputs_first = np.asarray(model(X, training=False))
    column = y if loss == "categoricalCrossentropy" else np.reshape(y, (-1, 1)).astype(np.float64)
    trainings = []
    for optimizer in optimizers:
        set_weights(model, first)
        model.compile(optimizer=keras_optimizer(optimizer), loss=LOSSES[loss]())
        losses = []
        for start in range(0, ROWS, BATCH):
            batch = slice(start, start + BATCH)
            before = weights_of(model)
            answer = model(X[batch], training=True)
            losses.append(float(LOSSES[loss]()(column[batch], answer, sample_weight=weight[batch])))
            set_weights(model, before)  # That call has moved the means.
            model.train_on_batch(X[batch], column[batch], sample_weight=weight[batch])
        # Numbers of 11 digits are enough to tell formulas apart.
        after = [[float(f"{value:.11g}") for value in array.ravel()] for array in weights_of(model)]
        trainings.append({"optimizer": optimizer, "losses": plain(losses), "weights": after})
    cases.append({
        "name": name,
        "layers": layers,
        "inputShape": shape,
        "outputs": outputs,
        "loss": loss,
        "batchSize": BATCH,
        "X": plain(X),
        "targets": plain(y),
        "rowWeights": plain(weight),
        "weights": [plain(array) for array in first],
        "predict": plain(outputs_first),
        "trainings": trainings,
    })
print(json.dumps({"cases": cases}, separators=(",", ":")))
