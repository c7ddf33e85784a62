"""What the serving benchmark compares with: one model behind FastAPI, as its documentation shows it."""

import os

import joblib
import numpy as np
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
model = joblib.load(os.environ["MODEL"])


class Digits(BaseModel):
    ensemble_predict: bool = False
    data: list[list[int]]


@app.get("/ready")
def ready():
    return {"ready": True}


@app.post("/predict")
def predict(digits: Digits):
    X = np.array(digits.data, dtype=np.float32) / 255
    return {"prediction": model.predict(X).tolist()}
