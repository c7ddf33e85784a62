"""The two nets of the benchmarks in PyTorch, trained in the way that was the fastest of those tried (see ../README.md)."""

import os
import sys

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

# Functions of the CUDA libraries, which are empty here (empty_cuda.py), are looked for when they are called: never.
sys.setdlopenflags(os.RTLD_LAZY)

import torch
from torch import nn

torch.set_num_threads(1)


def fcnn():
    return nn.Sequential(
        *(nn.Linear(784, 128), nn.ReLU(), nn.Dropout(0.1)),
        *(nn.Linear(128, 128), nn.ReLU(), nn.Dropout(0.25)),
        nn.Linear(128, 10),
    )


def cnn():
    layers = nn.Sequential(
        *(nn.Unflatten(1, (1, 28, 28)), nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25)),
        *(nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25)),
        *(nn.Flatten(), nn.Linear(1600, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 10)),
    )
    return layers.to(memory_format=torch.channels_last)


def begin_as_keras(layer):
    if isinstance(layer, (nn.Linear, nn.Conv2d)):
        nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)


class TorchNet(ClassifierMixin, BaseEstimator):
    def __init__(self, net="cnn", batch_size=32, epochs=1, random_state=0):
        self.net = net
        self.batch_size = batch_size
        self.epochs = epochs
        self.random_state = random_state

    def fit(self, X, y):
        torch.manual_seed(self.random_state)
        self.classes_ = np.unique(y)
        net = (cnn if self.net == "cnn" else fcnn)().apply(begin_as_keras)
        optimizer = torch.optim.Adam(net.parameters(), lr=1e-3, eps=1e-7, fused=True)
        loss_of = nn.CrossEntropyLoss()
        rows, labels = torch.from_numpy(X), torch.from_numpy(y)
        for _ in range(self.epochs):
            order = torch.randperm(len(rows))
            for at in order.split(self.batch_size):
                optimizer.zero_grad()
                loss_of(net(rows[at]), labels[at]).backward()
                optimizer.step()
        self.net_ = net.eval()
        return self

    def predict_proba(self, X):
        with torch.inference_mode():
            return torch.cat([self.net_(rows).softmax(1) for rows in torch.from_numpy(X).split(1000)]).numpy()

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]
