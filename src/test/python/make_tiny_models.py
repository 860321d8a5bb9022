"""Tiny random models of every supported family, written as their releases are, with golden activations.

The packages are those of src/main/python/requirements.txt.

    python make_tiny_models.py --seed 1 OUTPUT_FOLDER

Each model is one folder: config.json and weights in the layout of a published checkpoint, and golden.safetensors:

    ids            I64 [2, T]
    logits         F32 [2, T, V]
    HOOK           F32 [2, T, ...]   every hook of recording.py, heads of hook_z flattened
    loss           F32 []            mean next-token cross-entropy
    grad.HOOK      F32               gradient of the loss at the two hooks of GRADIENT_HOOKS

The goldens come from transformers in float32 with eager attention. Weights stored in 16 bits are rounded first and
widened again, so the golden is the float32 computation on exactly the stored values. Weights are drawn large, and
norm gains and biases away from 1 and 0, so that a forgotten term shows.
"""

import argparse
import json
import math
from dataclasses import dataclass
from pathlib import Path

import torch
from recording import gradients, next_token_loss, record
from safetensors.torch import save_file
from transformers import Gemma2Config, Gemma2ForCausalLM, GPTNeoXConfig, GPTNeoXForCausalLM, LlamaConfig, LlamaForCausalLM

GRADIENT_HOOKS = ["blocks.0.hook_resid_post", "blocks.1.attn.hook_z"]
FAMILIES = {
    "gpt_neox": (GPTNeoXConfig, GPTNeoXForCausalLM),
    "llama": (LlamaConfig, LlamaForCausalLM),
    "gemma2": (Gemma2Config, Gemma2ForCausalLM),
}


@dataclass(frozen=True)
class TinyModel:
    """One folder: `config` is written as it stands; `files` names the way the weights are stored."""

    name: str
    config: dict
    tokens: int = 14
    dtype: torch.dtype = torch.float32
    files: str = "single"  # "single", "sharded", "pickle" or "tied-as-head"
    gain: float = 1.5  # standard deviation of a matrix is gain / sqrt(its inputs)


def neox(**changes) -> dict:
    """A Pythia config.json in small."""
    return {
        "architectures": ["GPTNeoXForCausalLM"],
        "bos_token_id": 0,
        "eos_token_id": 0,
        "hidden_act": "gelu",
        "hidden_size": 32,
        "initializer_range": 0.02,
        "intermediate_size": 48,
        "layer_norm_eps": 1e-05,
        "max_position_embeddings": 64,
        "model_type": "gpt_neox",
        "num_attention_heads": 2,
        "num_hidden_layers": 2,
        "rotary_emb_base": 10000,
        "rotary_pct": 0.25,
        "tie_word_embeddings": False,
        "torch_dtype": "float32",
        "use_cache": True,
        "use_parallel_residual": True,
        "vocab_size": 61,
    } | changes


def llama(**changes) -> dict:
    """A Llama config.json in small."""
    return {
        "architectures": ["LlamaForCausalLM"],
        "attention_bias": False,
        "attention_dropout": 0.0,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "hidden_act": "silu",
        "hidden_size": 32,
        "initializer_range": 0.02,
        "intermediate_size": 40,
        "max_position_embeddings": 512,
        "mlp_bias": False,
        "model_type": "llama",
        "num_attention_heads": 4,
        "num_hidden_layers": 2,
        "num_key_value_heads": 4,
        "pretraining_tp": 1,
        "rms_norm_eps": 1e-05,
        "rope_scaling": None,
        "rope_theta": 10000.0,
        "tie_word_embeddings": False,
        "torch_dtype": "float32",
        "use_cache": True,
        "vocab_size": 67,
    } | changes


def gemma2(**changes) -> dict:
    """A Gemma-2 config.json in small; like the released ones it does not say that the embedding is tied."""
    return {
        "architectures": ["Gemma2ForCausalLM"],
        "attention_bias": False,
        "attention_dropout": 0.0,
        "attn_logit_softcapping": 50.0,
        "bos_token_id": 2,
        "cache_implementation": "hybrid",
        "eos_token_id": 1,
        "final_logit_softcapping": 30.0,
        "head_dim": 8,
        "hidden_act": "gelu_pytorch_tanh",
        "hidden_activation": "gelu_pytorch_tanh",
        "hidden_size": 24,
        "initializer_range": 0.02,
        "intermediate_size": 40,
        "max_position_embeddings": 64,
        "model_type": "gemma2",
        "num_attention_heads": 4,
        "num_hidden_layers": 2,
        "num_key_value_heads": 2,
        "pad_token_id": 0,
        "query_pre_attn_scalar": 12,
        "rms_norm_eps": 1e-06,
        "rope_theta": 10000.0,
        "sliding_window": 32,
        "torch_dtype": "float32",
        "use_cache": True,
        "vocab_size": 71,
    } | changes


def without(config: dict, *keys: str) -> dict:
    return {key: value for key, value in config.items() if key not in keys}


# With head width 16 and theta 500 the wavelengths are 6, 14, 30 | 65, 140 | 305, 664, 1443: below 256 / 4 a frequency
# is kept, above 256 / 1 it is divided by 8, between them it is blended.
LLAMA3_ROPE = {
    "factor": 8.0,
    "high_freq_factor": 4.0,
    "low_freq_factor": 1.0,
    "original_max_position_embeddings": 256,
    "rope_type": "llama3",
}
LLAMA3_SHAPE = {"num_attention_heads": 4, "num_key_value_heads": 1, "head_dim": 16, "max_position_embeddings": 2048}

MODELS = [
    TinyModel("neox-parallel", neox()),
    TinyModel("neox-sequential", neox(use_parallel_residual=False, rotary_pct=1.0, num_hidden_layers=3)),
    TinyModel(
        "neox-rope-parameters",  # the spelling of newer checkpoints
        without(neox(), "rotary_emb_base", "rotary_pct", "torch_dtype")
        | {
            "attention_bias": True,
            "dtype": "float32",
            "rope_parameters": {"partial_rotary_factor": 0.5, "rope_theta": 500.0, "rope_type": "default"},
        },
    ),
    TinyModel("neox-bf16", neox(torch_dtype="bfloat16", rotary_emb_base=500), dtype=torch.bfloat16),
    TinyModel(
        "neox-no-attention-bias",  # head width 10: int(10 * 0.25) = 2 rotary dimensions
        neox(attention_bias=False, hidden_size=30, num_attention_heads=3, layer_norm_eps=1e-3),
    ),
    TinyModel("neox-pickle-f16", neox(torch_dtype="float16"), dtype=torch.float16, files="pickle"),
    TinyModel("llama-untied", llama()),
    TinyModel("llama-tied-grouped", llama(num_key_value_heads=2, tie_word_embeddings=True, rms_norm_eps=1e-3)),
    TinyModel(
        "llama-rope-llama3",
        llama(**LLAMA3_SHAPE, rope_scaling=LLAMA3_ROPE, rope_theta=500.0, torch_dtype="bfloat16"),
        tokens=20,
        dtype=torch.bfloat16,
    ),
    TinyModel(
        "llama-rope-parameters",  # the spelling of newer checkpoints
        without(llama(**LLAMA3_SHAPE), "rope_scaling", "rope_theta", "torch_dtype")
        | {"dtype": "bfloat16", "rope_parameters": LLAMA3_ROPE | {"rope_theta": 500.0}},
        tokens=20,
        dtype=torch.bfloat16,
    ),
    TinyModel("llama-head-dim", llama(head_dim=12, num_key_value_heads=2)),
    TinyModel("llama-biases", llama(attention_bias=True, mlp_bias=True, num_key_value_heads=1)),
    TinyModel(
        "llama-sharded-bf16",
        llama(torch_dtype="bfloat16", num_key_value_heads=2, num_hidden_layers=3),
        dtype=torch.bfloat16,
        files="sharded",
    ),
    TinyModel("gemma2-sliding", gemma2(sliding_window=5, num_hidden_layers=3), tokens=18),
    TinyModel("gemma2-softcaps", gemma2(attn_logit_softcapping=2.0, final_logit_softcapping=3.0), gain=3.0),
    TinyModel(
        "gemma2-bf16",
        gemma2(torch_dtype="bfloat16", hidden_size=28, head_dim=12, query_pre_attn_scalar=7),
        dtype=torch.bfloat16,
    ),
    TinyModel("gemma2-one-kv-head", gemma2(num_key_value_heads=1, tie_word_embeddings=True, rms_norm_eps=1e-3)),
    TinyModel(
        "gemma2-rope-parameters",  # newer spelling; the layer types are the other way round, so they must be read
        without(gemma2(), "rope_theta", "torch_dtype", "hidden_act", "cache_implementation")
        | {
            "dtype": "bfloat16",
            "layer_types": ["full_attention", "sliding_attention"],
            "rope_parameters": {"rope_theta": 100.0, "rope_type": "default"},
            "sliding_window": 4,
        },
        dtype=torch.bfloat16,
        files="sharded",
    ),
    # A tied pair as safetensors' save_model leaves it: only lm_head.weight is in the file, and the embedding is it.
    TinyModel("llama-tied-as-head", llama(tie_word_embeddings=True), files="tied-as-head"),
]


def understood(config: dict) -> dict:
    """The configuration in the older spelling, which the pinned transformers reads."""
    older = without(config, "architectures", "rope_parameters", "dtype", "torch_dtype")
    rope = dict(config.get("rope_parameters", {}))
    if rope:
        theta = rope.pop("rope_theta")
        if config["model_type"] == "gpt_neox":
            older |= {"rotary_emb_base": theta, "rotary_pct": rope.pop("partial_rotary_factor")}
        else:
            older |= {"rope_theta": theta}
        if rope["rope_type"] != "default":
            older |= {"rope_scaling": rope}
    return older


def is_norm(name: str) -> bool:
    return "norm" in name and name.endswith("weight")


@torch.no_grad()
def fill(model: torch.nn.Module, tiny: TinyModel, generator: torch.Generator) -> None:
    """Random parameters, rounded to the stored type; a tied unembedding follows the embedding."""
    embedding_scale = 0.3 if model.config.tie_word_embeddings else 0.7  # a tied one is also the unembedding
    norm_centre = 0.0 if tiny.config["model_type"] == "gemma2" else 1.0  # Gemma-2's norm multiplies by 1 + weight
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if is_norm(name):
            values = norm_centre + 0.3 * noise
        elif parameter.dim() == 1:
            values = 0.3 * noise
        elif "embed_tokens" in name or "embed_in" in name:
            values = embedding_scale * noise
        else:
            values = tiny.gain / math.sqrt(parameter.shape[1]) * noise
        parameter.copy_(values.to(tiny.dtype))


def stored(model: torch.nn.Module, tiny: TinyModel) -> dict[str, torch.Tensor]:
    """The state dict in the stored type, without a tied unembedding, which releases leave out."""
    tied = model.config.tie_word_embeddings
    names = [name for name in model.state_dict() if not (tied and name == "lm_head.weight")]
    return {name: model.state_dict()[name].to(tiny.dtype).contiguous() for name in names}


def write_single(state: dict[str, torch.Tensor], folder: Path) -> None:
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})


def write_tied_as_head(state: dict[str, torch.Tensor], folder: Path) -> None:
    embedding = "model.embed_tokens.weight"
    renamed = {"lm_head.weight" if name == embedding else name: value for name, value in state.items()}
    save_file(renamed, folder / "model.safetensors", metadata={"format": "pt", embedding: "lm_head.weight"})


def write_sharded(state: dict[str, torch.Tensor], folder: Path) -> None:
    names = list(state)
    halves = names[: len(names) // 2], names[len(names) // 2 :]
    weight_map = {}
    for number, half in enumerate(halves, start=1):
        file = f"model-{number:05d}-of-00002.safetensors"
        save_file({name: state[name] for name in half}, folder / file, metadata={"format": "pt"})
        weight_map |= {name: file for name in half}
    total = sum(value.numel() * value.element_size() for value in state.values())
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")


def write_pickle(model: torch.nn.Module, tiny: TinyModel, folder: Path) -> None:
    """The oldest Pythia layout: a state dict of torch.save that also holds three buffers per attention."""
    state = model.to(tiny.dtype).state_dict()  # an OrderedDict with its _metadata
    positions = tiny.config["max_position_embeddings"]
    head = tiny.config["hidden_size"] // tiny.config["num_attention_heads"]
    rotary = int(head * tiny.config["rotary_pct"])
    for layer in range(tiny.config["num_hidden_layers"]):
        attention = f"gpt_neox.layers.{layer}.attention"
        state[f"{attention}.bias"] = torch.ones(1, 1, positions, positions, dtype=torch.uint8).tril()
        state[f"{attention}.masked_bias"] = torch.tensor(-1e9).to(tiny.dtype)  # -infinity in float16
        frequencies = 1.0 / 10000 ** (torch.arange(0, rotary, 2).float() / rotary)
        state[f"{attention}.rotary_emb.inv_freq"] = frequencies.to(tiny.dtype)
    torch.save(state, folder / "pytorch_model.bin")


def golden(model: torch.nn.Module, ids: torch.Tensor) -> dict[str, torch.Tensor]:
    logits, activations = record(model, ids)
    loss = next_token_loss(logits, ids)
    tensors = {"ids": ids, "logits": logits, "loss": loss} | activations
    tensors |= {f"grad.{hook}": value for hook, value in gradients(loss, activations, GRADIENT_HOOKS).items()}
    return {name: value.detach().contiguous().clone() for name, value in tensors.items()}


def make(tiny: TinyModel, seed: int, output: Path) -> None:
    generator = torch.Generator().manual_seed(seed)
    configuration, architecture = FAMILIES[tiny.config["model_type"]]
    model = architecture._from_config(
        configuration(**understood(tiny.config)), dtype=torch.float32, attn_implementation="eager"
    ).eval()
    fill(model, tiny, generator)
    ids = torch.randint(3, tiny.config["vocab_size"], (2, tiny.tokens), generator=generator)
    ids[:, 0] = tiny.config["bos_token_id"]

    folder = output / tiny.name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(tiny.config, indent=2) + "\n")
    save_file(golden(model, ids), folder / "golden.safetensors")
    match tiny.files:
        case "single":
            write_single(stored(model, tiny), folder)
        case "sharded":
            write_sharded(stored(model, tiny), folder)
        case "tied-as-head":
            write_tied_as_head(stored(model, tiny), folder)
        case "pickle":
            write_pickle(model, tiny, folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    for number, tiny in enumerate(MODELS):
        make(tiny, arguments.seed * 1000 + number, arguments.output)
        print(tiny.name, flush=True)


if __name__ == "__main__":
    main()
