"""The two nets of the benchmarks in Keras on TensorFlow, as an estimator of scikit-learn, such as SciKeras makes."""

import multiprocessing
import os

# Says nothing of what the processor could do besides.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from sklearn.base import BaseEstimator, ClassifierMixin

# One thread in the processes of n_jobs, which share the cores out; elsewhere one a core.
threads = 1 if multiprocessing.parent_process() else len(os.sched_getaffinity(0))
tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(threads)


def fcnn():
    return [
        *(keras.Input((784,)), layers.Dense(128, activation="relu"), layers.Dropout(0.1)),
        *(layers.Dense(128, activation="relu"), layers.Dropout(0.25)),
        layers.Dense(10, activation="softmax"),
    ]


def cnn():
    return [
        *(keras.Input((28, 28, 1)), layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(), layers.Dropout(0.25)),
        *(layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(), layers.Dropout(0.25)),
        *(layers.Flatten(), layers.Dense(64, activation="relu"), layers.Dropout(0.5)),
        layers.Dense(10, activation="softmax"),
    ]


class Kept:
    """A compiled model that begins anew for each fit, so that a fit which follows a first one need not compile."""

    def __init__(self, model):
        self.model = model
        self.beginning = None

    def at_its_beginning(self):
        model = self.model
        variables = [*model.variables, *model.optimizer.variables]
        if self.beginning is None:
            self.beginning = [np.array(variable) for variable in variables]
        for variable, value in zip(variables, self.beginning):
            variable.assign(value)
        return model


kept = {}


class KerasNet(ClassifierMixin, BaseEstimator):
    """`jit_compile` as Keras has it; `keep`: a compiled model serves all fits with these params."""

    def __init__(
        self, net="cnn", batch_size=32, epochs=1, optimizer="adam", random_state=0, jit_compile=False, keep=False
    ):
        self.net = net
        self.batch_size = batch_size
        self.epochs = epochs
        self.optimizer = optimizer
        self.random_state = random_state
        self.jit_compile = jit_compile
        self.keep = keep

    def compiled(self):
        keras.utils.set_random_seed(self.random_state)
        model = keras.Sequential((cnn if self.net == "cnn" else fcnn)())
        model.compile(
            optimizer=self.optimizer, loss="sparse_categorical_crossentropy", jit_compile=self.jit_compile
        )
        model.optimizer.build(model.trainable_variables)
        return model

    def kept_model(self):
        params = self.get_params()
        key = tuple(value for name, value in params.items() if name != "epochs")
        if key not in kept:
            kept[key] = Kept(self.compiled())
        return kept[key].at_its_beginning()

    def shaped(self, X):
        return X.reshape(-1, 28, 28, 1) if self.net == "cnn" else X

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.model_ = self.kept_model() if self.keep else self.compiled()
        self.model_.fit(self.shaped(X), y, batch_size=self.batch_size, epochs=self.epochs, verbose=0)
        return self

    def predict_proba(self, X):
        return self.model_.predict(self.shaped(X), batch_size=1000, verbose=0)

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]
