"""Makes src/test/resources/golden/weights with numpy, torch and the reference safetensors writer.

Run from the repository's root. Numbers are 10 * row + column unless said otherwise, so that the tests
can state them. Written with numpy 2.4, torch 2.8, safetensors 0.8.
"""
import collections
import io
import os
import pathlib
import zipfile

import numpy as np
import safetensors.torch
import torch

OUT = pathlib.Path("src/test/resources/golden/weights")


def grid(rows, columns, dtype="<f4"):
    return (10 * np.arange(rows)[:, None] + np.arange(columns)[None, :]).astype(dtype)


def make_npz():
    arrays = {
        "W_enc": grid(3, 2),
        "half": grid(2, 3, "<f2"),
        "double": grid(2, 2, "<f8"),
        "int": grid(2, 2, "<i4"),
        "long": grid(1, 4, "<i8"),
        "byte": grid(2, 5, "|u1"),
        "bool": np.array([True, False, True]),
        "scalar": np.float32(2.5),
        "empty": np.zeros((0, 4), "<f4"),
        "fortran": np.asfortranarray(grid(3, 4)),
        "cube": np.asfortranarray(np.arange(24, dtype="<f4").reshape(2, 3, 4)),
    }
    np.savez(OUT / "plain.npz", **arrays)
    np.savez_compressed(OUT / "packed.npz", **arrays)
    np.savez(OUT / "objects.npz", a=np.array([{}], dtype=object))
    np.savez(OUT / "records.npz", a=np.zeros(2, dtype=[("x", "<f4")]))
    np.savez(OUT / "texts.npz", name=np.array(["abc"]), big=grid(2, 2, ">f4"), good=grid(2, 2))
    with zipfile.ZipFile(OUT / "versions.npz", "w") as archive:
        for version in [(1, 0), (2, 0), (3, 0)]:
            array = io.BytesIO()
            np.lib.format.write_array(array, grid(2, 2), version=version)
            archive.writestr(f"v{version[0]}.npy", array.getvalue())


class Opens:
    def __reduce__(self):
        return os.system, ("true",)


def make_pt():
    d, m = 2, 3
    ae = torch.nn.Module()
    ae.encoder, ae.decoder = torch.nn.Linear(d, m), torch.nn.Linear(m, d, bias=False)
    ae.bias = torch.nn.Parameter(torch.zeros(d))
    with torch.no_grad():
        ae.encoder.weight.copy_(torch.from_numpy(grid(m, d)))
        ae.encoder.bias.copy_(torch.arange(m))
        ae.decoder.weight.copy_(torch.from_numpy(grid(d, m)))
    torch.save(ae.state_dict(), OUT / "ae.pt")
    torch.save({"p": ae.encoder.weight, "plain": {"step": 7, "rate": 0.5, "none": None, "list": [1, "x"],
                "inner": collections.OrderedDict(w=torch.ones(2))}}, OUT / "nested.pt")

    base = torch.from_numpy(grid(3, 4))
    torch.save({
        "base": base,
        "transposed": base.T,
        "column": base[:, 1],
        "block": base[1:, 1:3],
        "row": base[2],
        "scalar": base[2, 3],
        "empty": base[:0],
        "cube": torch.arange(24, dtype=torch.float32).reshape(2, 3, 4).permute(2, 0, 1),
    }, OUT / "views.pt")
    types = ["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"]
    torch.save({name: torch.tensor([1, 0, 1 if name in ("bool", "uint8") else -1]).to(getattr(torch, name))
                for name in types}, OUT / "types.pt")
    torch.save({"w": base}, OUT / "legacy.pt", _use_new_zipfile_serialization=False)
    torch.save({"w": Opens()}, OUT / "system.pt")
    torch.save(base, OUT / "bare.pt")


def make_safetensors():
    tensors = {
        "zz.half": torch.from_numpy(grid(2, 3, "<f2")),
        "b.float": torch.from_numpy(grid(3, 2)),
        "a/float": torch.tensor(2.5),
        "brain": torch.from_numpy(grid(2, 2)).to(torch.bfloat16),
        "double": torch.from_numpy(grid(2, 2, "<f8")),
        "ünï\"code": torch.tensor([-1, 2], dtype=torch.int64),
        "empty": torch.zeros((0, 3)),
    }
    safetensors.torch.save_file(tensors, OUT / "reference.safetensors", metadata={"format": "pt"})


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    make_npz()
    make_pt()
    make_safetensors()
