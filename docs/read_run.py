"""Reads the files of a run folder with numpy alone: tables, tensors, and a policy that acts. See docs/runs.md."""
import json

import numpy as np


def read_table(path):
    """A CSV file of a run folder as columns; empty cells become nan."""
    with open(path) as file:
        names = file.readline().strip().split(",")
        rows = np.genfromtxt(file, delimiter=",", ndmin=2)
    return dict(zip(names, rows.T))


def read_safetensors(path):
    """The metadata and the tensors of a safetensors file, without further packages."""
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
        data = file.read()
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, about in header.items():
        begin, end = about["data_offsets"]  # Every tensor is F32, little-endian.
        tensors[name] = np.frombuffer(data[begin:end], "<f4").reshape(about["shape"])
    return metadata, tensors


class Policy:
    """The mean action of a policy file: `Policy("runs/.../policy.safetensors")(observation)`."""

    def __init__(self, path):
        metadata, self.tensors = read_safetensors(path)
        self.about = json.loads(metadata["sinew"])
        assert self.about["format"] == "sinew policy 2"
        self.activation = {
            "Tanh": np.tanh,
            "Relu": lambda x: np.maximum(x, 0),
            "Elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
        }[self.about["activation"]]

    def __call__(self, observation):
        x = np.asarray(observation, np.float32)
        if "observation.shift" in self.tensors:
            x = (x - self.tensors["observation.shift"]) * self.tensors["observation.factor"]
            x = np.clip(x, -10, 10)
        layers = sum(name.endswith(".weight") for name in self.tensors)
        for i in range(layers):
            x = x @ self.tensors[f"network.{i}.weight"] + self.tensors[f"network.{i}.bias"]
            if i + 1 < layers:
                if self.about["normalized"]:  # Layer normalisation without gain and bias.
                    x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5)
                x = self.activation(x)
        head = self.about["head"]
        if head == "Gaussian":
            return x
        if head == "Categorical":
            return np.argmax(x, -1)
        return np.tanh(np.split(x, 2, -1)[0])  # Squashed: the first half of the outputs.
