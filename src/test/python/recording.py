"""One recorded forward pass of a transformers model, its activations under TransformerLens names.

The places are those of raw, unprocessed weights:

    hook_embed                    what enters block 0 (Gemma-2: after the multiplication by sqrt(width))
    blocks.L.hook_resid_pre       the input of block L
    blocks.L.hook_resid_post      the output of block L
    blocks.L.hook_attn_out        what attention adds to the residual stream
    blocks.L.hook_mlp_out         what the MLP adds to the residual stream
    blocks.L.attn.hook_z          the input of the attention's output projection, heads side by side

In Gemma-2 a norm stands behind attention and MLP, so what is added is that norm's output.
"""

from dataclasses import dataclass

import torch
from torch import nn


@dataclass
class BlockModules:
    """The modules of one block whose inputs or outputs are hook points."""

    block: nn.Module
    attention_addition: nn.Module
    mlp_addition: nn.Module
    output_projection: nn.Module


def block_modules(model: nn.Module) -> list[BlockModules]:
    match model.config.model_type:
        case "gpt_neox":
            return [BlockModules(b, b.attention, b.mlp, b.attention.dense) for b in model.gpt_neox.layers]
        case "llama":
            return [BlockModules(b, b.self_attn, b.mlp, b.self_attn.o_proj) for b in model.model.layers]
        case "gemma2":
            return [
                BlockModules(b, b.post_attention_layernorm, b.post_feedforward_layernorm, b.self_attn.o_proj)
                for b in model.model.layers
            ]
    raise ValueError(f"no hook points known for model type {model.config.model_type!r}")


def first(value):
    return value[0] if isinstance(value, tuple) else value


def record(model: nn.Module, ids: torch.Tensor) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """The logits [batch, T, V] and every hook's activation, all still in the graph so that gradients can be asked."""
    activations: dict[str, torch.Tensor] = {}
    handles = []

    def keep_input(module: nn.Module, name: str) -> None:
        def hook(_, arguments):
            activations[name] = arguments[0]

        handles.append(module.register_forward_pre_hook(hook))

    def keep_output(module: nn.Module, name: str) -> None:
        def hook(_, __, output):
            activations[name] = first(output)

        handles.append(module.register_forward_hook(hook))

    for index, modules in enumerate(block_modules(model)):
        keep_input(modules.block, f"blocks.{index}.hook_resid_pre")
        keep_output(modules.attention_addition, f"blocks.{index}.hook_attn_out")
        keep_output(modules.mlp_addition, f"blocks.{index}.hook_mlp_out")
        keep_input(modules.output_projection, f"blocks.{index}.attn.hook_z")
        keep_output(modules.block, f"blocks.{index}.hook_resid_post")
    try:
        logits = model(input_ids=ids, use_cache=False).logits
    finally:
        for handle in handles:
            handle.remove()
    activations["hook_embed"] = activations["blocks.0.hook_resid_pre"]
    return logits, activations


def next_token_loss(logits: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy of the next token over positions 0 .. T-2 of all sequences, in nats."""
    return nn.functional.cross_entropy(logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten())


def gradients(scalar: torch.Tensor, activations: dict[str, torch.Tensor], hooks: list[str]) -> dict[str, torch.Tensor]:
    """The gradient of the scalar at each named hook; the graph is kept for another scalar."""
    found = torch.autograd.grad(scalar, [activations[hook] for hook in hooks], retain_graph=True)
    return dict(zip(hooks, found))
