"""Small dictionaries in every published format, with golden features and reconstructions.

    python make_saes.py independent          OUTPUT_FOLDER    (numpy and safetensors only)
    python make_saes.py sparsify             OUTPUT_FOLDER    (eai-sparsify==1.3.3)
    python make_saes.py dictionary-learning  OUTPUT_FOLDER    (dictionary-learning==0.1.0)
    python make_saes.py sae-lens             OUTPUT_FOLDER    (sae-lens==6.54.12)

Each library wants versions of its own, so each command runs in its own environment. A folder holds the files as a
release has them and golden.safetensors: `x` F32 [n, d], `features` F32 [n, m], `reconstruction` F32 [n, d].
Features and reconstruction are those of the release's own code, computed in float32 on the values that are stored;
Gemma Scope and Llama Scope, whose code is not packaged, are computed here from their published description.

Strictness: the "lattice" weights and rows are small multiples of 1/4, so sums of their products are exact in float32
in any order, and thresholds are set to a value that a pre-activation takes exactly. Such a feature must be 0.
Where a top-k selects, weights are continuous instead, so that no two candidates are equal.
"""

import argparse
import json
import math
import os
from pathlib import Path

import numpy as np

ROWS, WIDTH, LATENTS, K = 12, 8, 24, 4


def lattice(generator: np.random.Generator, *shape: int) -> np.ndarray:
    """Multiples of 1/4 between -1 and 1."""
    return (generator.integers(-4, 5, shape) / 4).astype(np.float32)


def normal(generator: np.random.Generator, *shape: int, scale: float = 1.0) -> np.ndarray:
    return (scale * generator.standard_normal(shape)).astype(np.float32)


def threshold_on_a_value(pre: np.ndarray, spare: float = 0.25) -> np.ndarray:
    """Per latent, a positive pre-activation of some row where there is one, so that one row lies on the threshold."""
    smallest = np.where(pre > 0, pre, np.inf).min(axis=0)
    return np.where(np.isfinite(smallest), smallest, spare).astype(np.float32)


def write_golden(folder: Path, **arrays) -> None:
    from safetensors.numpy import save_file

    for name, array in arrays.items():
        assert np.isfinite(array).all(), f"{folder.name}: {name} is not finite"
    save_file({k: np.ascontiguousarray(v, dtype=np.float32) for k, v in arrays.items()}, folder / "golden.safetensors")
    active = (arrays["features"] > 0).sum(1)
    print(f"{folder.name}: active per row {active.tolist()}", flush=True)


def folder_in(output: Path, name: str) -> Path:
    (output / name).mkdir(parents=True, exist_ok=True)
    return output / name


# Gemma Scope and Llama Scope, from their description


def make_gemma_scope(output: Path) -> None:
    """params.npz with W_enc[d, m], b_enc, threshold, W_dec[m, d], b_dec; no input bias; strict JumpReLU."""
    for number, variant in enumerate(["stored", "compressed", "fortran"]):
        generator = np.random.default_rng(number)
        x, w_enc = lattice(generator, ROWS, WIDTH), lattice(generator, WIDTH, LATENTS)
        b_enc, b_dec = lattice(generator, LATENTS), lattice(generator, WIDTH)
        w_dec = normal(generator, LATENTS, WIDTH)
        w_dec /= np.linalg.norm(w_dec, axis=1, keepdims=True)
        pre = x @ w_enc + b_enc
        threshold = threshold_on_a_value(pre)
        assert (pre == threshold).any(axis=0).sum() > LATENTS // 2
        features = np.where(pre > threshold, np.maximum(pre, 0), 0)
        folder = folder_in(output, f"gemma-scope-{variant}")
        arrays = {"W_enc": w_enc, "W_dec": w_dec, "b_enc": b_enc, "b_dec": b_dec, "threshold": threshold}
        if variant == "fortran":
            arrays = {name: np.asfortranarray(array) for name, array in arrays.items()}
        save = np.savez_compressed if variant == "compressed" else np.savez
        save(folder / "params.npz", **arrays)
        write_golden(folder, x=x, features=features, reconstruction=features @ w_dec + b_dec)


def to_bfloat16(values: np.ndarray) -> np.ndarray:
    """The bits of the nearest bfloat16, ties to even, as unsigned 16-bit integers."""
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)


def from_bfloat16(bits: np.ndarray) -> np.ndarray:
    return (bits.astype(np.uint32) << 16).view(np.float32)


def write_bfloat16_safetensors(path: Path, tensors: dict[str, np.ndarray]) -> None:
    """By hand, since numpy has no bfloat16."""
    header, payload = {"__metadata__": {"format": "pt"}}, b""
    for name, array in tensors.items():
        data = to_bfloat16(array).tobytes()
        header[name] = {
            "dtype": "BF16",
            "shape": list(array.shape),
            "data_offsets": [len(payload), len(payload) + len(data)],
        }
        payload += data
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(len(text).to_bytes(8, "little") + text + payload)


def llama_scope_hyperparameters(width: int, latents: int, threshold: float, norm: float) -> dict:
    return {
        "hook_point_in": "blocks.1.hook_resid_post",
        "hook_point_out": "blocks.1.hook_resid_post",
        "use_decoder_bias": True,
        "apply_decoder_bias_to_pre_encoder": False,
        "expansion_factor": latents // width,
        "d_model": width,
        "d_sae": latents,
        "norm_activation": "dataset-wise",
        "dataset_average_activation_norm": {"in": norm, "out": norm},
        "decoder_exactly_fixed_norm": False,
        "sparsity_include_decoder_norm": True,
        "use_glu_encoder": False,
        "act_fn": "jumprelu",
        "jump_relu_threshold": threshold,
        "top_k": 50,
        "lp": 1,
        "dtype": "torch.bfloat16",
        "device": "cuda",
        "seed": 42,
    }


def make_llama_scope(output: Path) -> None:
    """`features` with the reference's folding, `features_compat` as SAELens loads the same files (float32).

    In `exact` the scale is 2 and half of the decoder columns have norms 1, 2 or 4, so that folding is exact and a
    pre-activation meets the threshold; in `general` nothing is round.
    """
    width, latents = 16, 32
    for variant, norm in [("exact", 2.0), ("general", 2.34375)]:
        generator = np.random.default_rng(int(norm * 100))
        threshold = 0.75
        scale = math.sqrt(width) / norm
        if variant == "exact":
            x, w_enc = lattice(generator, ROWS, width), lattice(generator, latents, width)
            b_enc, b_dec = lattice(generator, latents), lattice(generator, width)
            w_dec = normal(generator, width, latents)
            for latent in range(latents // 2):  # four entries of +-c: the column's norm is 2c
                size = [0.5, 1.0, 2.0][latent % 3]
                w_dec[:, latent] = 0
                w_dec[generator.choice(width, 4, replace=False), latent] = size * generator.choice([-1, 1], 4)
                row = x[latent % ROWS]
                b_enc[latent] = scale * (threshold / (2 * size) - w_enc[latent] @ row)
        else:
            x, w_enc = normal(generator, ROWS, width), normal(generator, latents, width, scale=0.4)
            b_enc, b_dec = normal(generator, latents, scale=0.5), normal(generator, width)
            w_dec = normal(generator, width, latents, scale=0.4)
        w_enc, b_enc, w_dec, b_dec = (from_bfloat16(to_bfloat16(a)) for a in (w_enc, b_enc, w_dec, b_dec))

        norms = np.linalg.norm(w_dec, axis=0)  # in and out norms are equal: scaling leaves the decoder as it is
        pre = (x @ w_enc.T + b_enc / np.float32(scale)) * norms
        features = np.where(pre > threshold, pre, 0)
        reconstruction = features @ (w_dec / norms).T + b_dec / np.float32(scale)
        if variant == "exact":
            assert all(pre[i % ROWS, i] == threshold for i in range(latents // 2))

        compat_pre = x @ (w_enc.T * np.float32(scale)) + b_enc
        compat = np.where(compat_pre > np.float32(threshold * scale), compat_pre, 0)
        compat_reconstruction = compat @ (w_dec.T / np.float32(scale)) + b_dec / np.float32(scale)

        folder = folder_in(output, f"llama-scope-{variant}")
        write_bfloat16_safetensors(
            folder / "checkpoints" / "final.safetensors",
            {"encoder.weight": w_enc, "encoder.bias": b_enc, "decoder.weight": w_dec, "decoder.bias": b_dec},
        )
        hyperparameters = llama_scope_hyperparameters(width, latents, threshold, norm)
        (folder / "hyperparams.json").write_text(json.dumps(hyperparameters, indent=4) + "\n")
        language_model = {"model_name": "meta-llama/Llama-3.1-8B", "d_model": width, "dtype": "torch.bfloat16"}
        (folder / "lm_config.json").write_text(json.dumps(language_model, indent=4) + "\n")
        write_golden(
            folder,
            x=x,
            features=features,
            reconstruction=reconstruction,
            features_compat=compat,
            reconstruction_compat=compat_reconstruction,
        )


def make_independent(output: Path) -> None:
    make_gemma_scope(output)
    make_llama_scope(output)


# EleutherAI sparsify


def make_sparsify(output: Path) -> None:
    os.environ["SPARSIFY_DISABLE_TRITON"] = "1"  # read at import; the eager decoder is the one for a CPU
    import torch
    from sparsify import SparseCoder, SparseCoderConfig

    # The released Pythia file: no `activation`, a `signed` that is no longer read, and 32 * 8 is not 24.
    released = {"expansion_factor": 32, "normalize_decoder": True, "num_latents": LATENTS, "k": K, "signed": False}
    variants = {
        "topk": (SparseCoderConfig(num_latents=LATENTS, k=K), 0.0, released | {"d_in": WIDTH}),
        "few-positive": (SparseCoderConfig(num_latents=LATENTS, k=12), -4.0, None),
        "expansion": (SparseCoderConfig(expansion_factor=3, k=K), 0.0, {"expansion_factor": 3, "k": K, "d_in": WIDTH}),
        "groupmax": (SparseCoderConfig(num_latents=LATENTS, k=6, activation="groupmax"), 0.0, None),
        "skip-transcoder": (
            SparseCoderConfig(num_latents=LATENTS, k=K, transcode=True, skip_connection=True),
            0.0,
            None,
        ),
    }
    for number, (variant, (config, encoder_bias, file)) in enumerate(variants.items()):
        torch.manual_seed(number)
        coder = SparseCoder(WIDTH, config)
        with torch.no_grad():
            for parameter in coder.parameters():
                parameter.copy_(torch.randn_like(parameter))
            coder.encoder.bias.add_(encoder_bias)
            if config.normalize_decoder:
                coder.set_decoder_norm_to_unit_norm()
            x = torch.randn(ROWS, WIDTH)
            folder = folder_in(output, f"sparsify-{variant}")
            coder.save_to_disk(folder)
            if file is not None:
                (folder / "cfg.json").write_text(json.dumps(file))
            coder = SparseCoder.load_from_disk(folder)
            values, indices, _ = coder.encode(x)
            features = torch.zeros(ROWS, coder.num_latents).scatter_(1, indices, values)
            reconstruction = coder(x).sae_out
        write_golden(folder, x=x.numpy(), features=features.numpy(), reconstruction=reconstruction.numpy())


# dictionary_learning, whose AutoEncoder is the class of the sparse feature circuits dictionaries


def make_dictionary_learning(output: Path) -> None:
    import torch
    from dictionary_learning.dictionary import AutoEncoder, AutoEncoderNew, GatedAutoEncoder, JumpReluAutoEncoder
    from dictionary_learning.trainers.batch_top_k import BatchTopKSAE
    from dictionary_learning.trainers.matryoshka_batch_top_k import MatryoshkaBatchTopKSAE
    from dictionary_learning.trainers.top_k import AutoEncoderTopK

    def unit_columns(weight: torch.Tensor) -> None:
        weight /= weight.norm(dim=0, keepdim=True)

    def tensors(source, generator, shapes: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        return {name: torch.from_numpy(source(generator, *value.shape)) for name, value in shapes.items()}

    def fill(autoencoder, source, generator) -> None:
        """New values in place: a parameter that its class made as a transpose keeps its strides."""
        with torch.no_grad():
            parameters = dict(autoencoder.named_parameters())
            for name, values in tensors(source, generator, parameters).items():
                parameters[name].copy_(values)

    def finish(name, autoencoder, x, config, **more) -> None:
        folder = folder_in(output, name)
        torch.save(autoencoder.state_dict(), folder / "ae.pt")
        if config is not None:
            trainer = {"dict_class": type(autoencoder).__name__, "activation_dim": WIDTH, "dict_size": LATENTS} | config
            (folder / "config.json").write_text(json.dumps({"trainer": trainer, "buffer": {"d_submodule": WIDTH}}))
        with torch.no_grad():
            features = autoencoder.encode(x)
            reconstruction = autoencoder.decode(features)
        arrays = {"x": x, "features": features, "reconstruction": reconstruction} | more
        write_golden(folder, **{key: value.detach().numpy() for key, value in arrays.items()})

    def threshold(pre: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(threshold_on_a_value(pre.detach().numpy()))

    generator = np.random.default_rng(7)
    x = torch.from_numpy(lattice(generator, ROWS, WIDTH))
    continuous = torch.from_numpy(normal(generator, ROWS, WIDTH))

    plain = AutoEncoder(WIDTH, LATENTS)
    plain.encoder.weight = torch.nn.Parameter(plain.encoder.weight.detach().contiguous())
    strided = AutoEncoder(WIDTH, LATENTS)
    assert strided.encoder.weight.stride() == (1, LATENTS)
    for name, autoencoder in [("marks-plain", plain), ("marks-strided", strided)]:
        fill(autoencoder, normal, generator)
        unit_columns(autoencoder.decoder.weight.data)
        finish(name, autoencoder, continuous, None)

    unnormalised = AutoEncoder(WIDTH, LATENTS)  # the library's from_pretrained rescales these features on loading
    fill(unnormalised, normal, generator)
    normalised = AutoEncoder(WIDTH, LATENTS)
    normalised.load_state_dict(unnormalised.state_dict())
    normalised.normalize_decoder()
    finish(
        "dictionary-learning-unnormalised",
        unnormalised,
        continuous,
        {},
        features_normalised=normalised.encode(continuous),
    )

    new = AutoEncoderNew(WIDTH, LATENTS)
    fill(new, normal, generator)
    finish("dictionary-learning-new", new, continuous, {})

    gated = GatedAutoEncoder(WIDTH, LATENTS)
    fill(gated, lattice, generator)
    gated.mag_bias.data.add_(1.0)
    row = gated.encoder(x[:1] - gated.decoder_bias).detach()[0]
    gated.gate_bias.data[: LATENTS // 2] = -row[: LATENTS // 2]  # the first row's gates lie on 0: closed
    finish("dictionary-learning-gated", gated, x, {})

    top = AutoEncoderTopK(WIDTH, LATENTS, K)
    fill(top, normal, generator)
    finish("dictionary-learning-topk", top, continuous, {"k": K})

    batch = BatchTopKSAE(WIDTH, LATENTS, K)
    fill(batch, lattice, generator)
    pre = batch.encoder(x - batch.b_dec)
    batch.threshold = pre.max(dim=1).values.min().detach().clone()  # one scalar, met exactly
    assert (pre == batch.threshold).any()
    finish("dictionary-learning-batch-topk", batch, x, {"k": K})

    matryoshka = MatryoshkaBatchTopKSAE(WIDTH, LATENTS, K, [8, LATENTS - 8])
    fill(matryoshka, lattice, generator)
    pre = (x - matryoshka.b_dec) @ matryoshka.W_enc + matryoshka.b_enc
    matryoshka.threshold = pre.max(dim=1).values.min().detach().clone()
    assert (pre == matryoshka.threshold).any()
    finish("dictionary-learning-matryoshka", matryoshka, x, {"k": K})

    jump = JumpReluAutoEncoder(WIDTH, LATENTS)
    fill(jump, lattice, generator)
    jump.threshold.data = threshold(x @ jump.W_enc + jump.b_enc)
    finish("dictionary-learning-jumprelu", jump, x, {})


# SAELens


def make_sae_lens(output: Path) -> None:
    import torch
    from safetensors.torch import save_file
    from sae_lens import SAE, GatedSAEConfig, JumpReLUSAEConfig, StandardSAEConfig, TopKSAEConfig
    from sae_lens.registry import get_sae_class
    from sae_lens.saes.sae import SAEMetadata

    hook = {"model_name": "pythia-70m-deduped", "hook_name": "blocks.3.hook_resid_post", "prepend_bos": False}
    hook_z = hook | {"hook_name": "blocks.3.attn.hook_z"}

    def config(kind, metadata=hook, **fields):
        return kind(d_in=WIDTH, d_sae=LATENTS, metadata=SAEMetadata(**metadata), **fields)

    variants = {
        "standard": config(StandardSAEConfig),
        "no-input-bias": config(StandardSAEConfig, apply_b_dec_to_input=False),
        "jumprelu": config(JumpReLUSAEConfig, apply_b_dec_to_input=False),
        "jumprelu-input-bias": config(JumpReLUSAEConfig),
        "jumprelu-bf16": config(JumpReLUSAEConfig, dtype="bfloat16"),
        "topk": config(TopKSAEConfig, k=K),
        "topk-few-positive": config(TopKSAEConfig, k=18),
        "topk-rescaled": config(TopKSAEConfig, k=K, rescale_acts_by_decoder_norm=True),
        "gated": config(GatedSAEConfig),
        "constant-norm-rescale": config(StandardSAEConfig, normalize_activations="constant_norm_rescale"),
        "layer-norm": config(StandardSAEConfig, normalize_activations="layer_norm"),
        "expected-average": config(StandardSAEConfig, normalize_activations="expected_average_only_in"),
        "hook-z": config(StandardSAEConfig, hook_z, reshape_activations="hook_z"),
    }

    def fill(sae, on_lattice: bool, generator) -> None:
        source = lattice if on_lattice else normal
        for name, parameter in sae.named_parameters():
            parameter.data = torch.from_numpy(source(generator, *parameter.shape)).to(parameter.dtype)

    def golden(folder: Path, x: torch.Tensor, heads: bool = False) -> None:
        sae = SAE.load_from_disk(folder, dtype="float32")
        given = x.unflatten(-1, (2, -1)) if heads else x
        with torch.no_grad():
            features = sae.encode(given)
            reconstruction = sae.decode(features).reshape(x.shape)
        write_golden(folder, x=x.numpy(), features=features.numpy(), reconstruction=reconstruction.numpy())

    for number, (variant, cfg) in enumerate(variants.items()):
        generator = np.random.default_rng(100 + number)
        sae = get_sae_class(cfg.architecture())[0](cfg)
        on_lattice = cfg.architecture() in ("jumprelu", "gated")
        fill(sae, on_lattice, generator)
        x = torch.from_numpy((lattice if on_lattice else normal)(generator, ROWS, WIDTH))
        sae_in = x - sae.b_dec.data.float() * cfg.apply_b_dec_to_input
        if variant == "topk-few-positive":
            sae.b_enc.data.sub_(3.0)
        if cfg.architecture() == "jumprelu":
            pre = sae_in @ sae.W_enc.data.float() + sae.b_enc.data.float()
            sae.threshold.data = torch.from_numpy(threshold_on_a_value(pre.numpy())).to(sae.dtype)
            assert (pre == sae.threshold.float()).any()
        if cfg.architecture() == "gated":
            sae.b_mag.data.add_(1.0)
            half = LATENTS // 2
            sae.b_gate.data[:half] = -(sae_in[0] @ sae.W_enc.data)[:half]  # the first row's gates lie on 0: closed
        folder = folder_in(output, f"sae-lens-{variant}")
        sae.save_model(folder)
        golden(folder, x, heads=cfg.reshape_activations == "hook_z")

    flat = {
        "model_name": "gpt2-small",
        "hook_point": "blocks.5.hook_resid_pre",
        "hook_point_layer": 5,
        "hook_point_head_index": None,
        "d_in": WIDTH,
        "d_sae": LATENTS,
        "dtype": "torch.float32",
        "device": "cpu",
        "dataset_path": "Skylion007/openwebtext",
        "context_size": 128,
        "expansion_factor": LATENTS // WIDTH,
    }
    old = {
        "before-6": flat,
        "before-6-topk": flat | {"activation_fn_str": "topk", "activation_fn_kwargs": {"k": K}, "normalize_activations": None},
        "before-6-normalised": flat | {"normalize_activations": True, "apply_b_dec_to_input": False},
        "before-6-hook-z": flat | {"hook_point": "blocks.5.attn.hook_z"},
    }
    shapes = {"W_enc": (WIDTH, LATENTS), "b_enc": (LATENTS,), "W_dec": (LATENTS, WIDTH), "b_dec": (WIDTH,)}
    for number, (variant, cfg) in enumerate(old.items()):
        generator = np.random.default_rng(200 + number)
        folder = folder_in(output, f"sae-lens-{variant}")
        (folder / "cfg.json").write_text(json.dumps(cfg))
        weights = {name: torch.from_numpy(normal(generator, *shape)) for name, shape in shapes.items()}
        save_file(weights, folder / "sae_weights.safetensors")
        golden(folder, torch.from_numpy(normal(generator, ROWS, WIDTH)), heads=variant.endswith("hook-z"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    makers = {
        "independent": make_independent,
        "sparsify": make_sparsify,
        "dictionary-learning": make_dictionary_learning,
        "sae-lens": make_sae_lens,
    }
    parser.add_argument("release", choices=makers)
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    makers[arguments.release](arguments.output)


if __name__ == "__main__":
    main()
