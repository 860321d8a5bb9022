"""Golden effects of dictionary features, from PyTorch autograd on a transformers model in float32.

    python make_effects.py --seed 3 OUTPUT_FOLDER

OUTPUT_FOLDER becomes a tiny random GPT-NeoX model (config.json, model.safetensors) with effects.safetensors:

    encoder [M, D], encoder_bias [M], decoder [M, D], decoder_bias [D]   a ReLU dictionary:
        f = relu((x - decoder_bias) encoder^T + encoder_bias), x_hat = f decoder + decoder_bias
    ids            I64 [S, T]      sequences
    clean, patch   I64 [P, T]      pairs of prefixes
    answers        I64 [P, 2]      clean and patch answer

and for each hook below, with everything computed by autograd or by real passes, feature by feature:

    HOOK.loss.attribution, .integrated_gradients, .exact   F32 [S, M]   change of the summed next-token loss when the
        feature is taken away at all positions; the path of integrated gradients leads to all features at zero with
        the error kept
    HOOK.pairs.attribution, .integrated_gradients, .exact  F32 [M]      mean over pairs, summed over positions, of the
        change of logit(patch answer) - logit(clean answer) when the feature has its value of the patched prefix
    HOOK.pairs.METHOD.error                                F32 []       the same of the dictionary's error
    HOOK.faithfulness, HOOK.completeness                   F32 []       at the node threshold in the metadata, circuit by
        the exact effects over all pairs, replaced by the mean over the patched prefixes

Gradients are taken with respect to the features themselves, with the dictionary spliced into the model, and not
through the shortcut that decoders are affine.
"""

import argparse
from pathlib import Path

import torch
from recording import block_modules, first
from safetensors.torch import save_file
from torch import Tensor
from torch.nn.functional import cross_entropy, relu
from transformers import GPTNeoXConfig, GPTNeoXForCausalLM

HOOKS = ["blocks.0.hook_resid_post", "blocks.1.hook_mlp_out"]
WIDTH, LATENTS, VOCABULARY, LENGTH = 8, 14, 20, 6
STEPS = 10
NODE_THRESHOLD = 0.02


class Dictionary:
    def __init__(self) -> None:
        self.encoder = torch.randn(LATENTS, WIDTH)
        self.encoder_bias = torch.randn(LATENTS) * 0.5
        self.decoder = torch.nn.functional.normalize(torch.randn(LATENTS, WIDTH), dim=1)
        self.decoder_bias = torch.randn(WIDTH) * 0.3

    def encode(self, x: Tensor) -> Tensor:
        return relu((x - self.decoder_bias) @ self.encoder.T + self.encoder_bias)

    def decode(self, features: Tensor) -> Tensor:
        return features @ self.decoder + self.decoder_bias

    def split(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Features and error."""
        features = self.encode(x)
        return features, x - self.decode(features)


def spliced(model, hook: str, ids: Tensor, change) -> Tensor:
    """Logits with the activation at a hook replaced by change(activation)."""
    layer = int(hook.split(".")[1])
    modules = block_modules(model)[layer]
    module = modules.block if hook.endswith("resid_post") else modules.mlp_addition

    def replace(_, __, output):
        changed = change(first(output))
        return (changed, *output[1:]) if isinstance(output, tuple) else changed

    handle = module.register_forward_hook(replace)
    try:
        return model(input_ids=ids, use_cache=False).logits
    finally:
        handle.remove()


def activation(model, hook: str, ids: Tensor) -> Tensor:
    found = []
    spliced(model, hook, ids, lambda x: found.append(x.detach()) or x)
    return found[0]


def loss(logits: Tensor, ids: Tensor) -> Tensor:
    """Summed over the positions of each sequence, [S]."""
    flat = cross_entropy(logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
    return flat.reshape(len(ids), -1).sum(1)


def toward_patch(logits: Tensor, answers: Tensor) -> Tensor:
    """logit(patch answer) - logit(clean answer) at the last position, [P]."""
    last = logits[:, -1]
    return (last.gather(1, answers[:, 1:]) - last.gather(1, answers[:, :1])).squeeze(1)


def slopes(model, hook, ids, sae, metric, start, end, steps) -> tuple[Tensor, Tensor]:
    """Mean gradients of the metric with respect to features and error along the path, left Riemann."""
    total_features, total_error = 0, 0
    for step in range(steps):
        alpha = step / steps
        features = ((1 - alpha) * start[0] + alpha * end[0]).requires_grad_()
        error = ((1 - alpha) * start[1] + alpha * end[1]).requires_grad_()
        value = metric(spliced(model, hook, ids, lambda _: sae.decode(features) + error)).sum()
        gradients = torch.autograd.grad(value, [features, error])
        total_features, total_error = total_features + gradients[0], total_error + gradients[1]
    return total_features / steps, total_error / steps


def loss_effects(model, hook, ids, sae) -> dict[str, Tensor]:
    features, error = sae.split(activation(model, hook, ids))
    start, end = (features, error), (torch.zeros_like(features), error)
    found = {}
    for name, steps in (("attribution", 1), ("integrated_gradients", STEPS)):
        slope, _ = slopes(model, hook, ids, sae, lambda logits: loss(logits, ids), start, end, steps)
        found[name] = (-features * slope).sum(1)
    exact = torch.zeros(len(ids), LATENTS)
    with torch.no_grad():
        before = loss(model(input_ids=ids).logits, ids)
        for latent in range(LATENTS):
            changed = features.clone()
            changed[..., latent] = 0
            after = loss(spliced(model, hook, ids, lambda _: sae.decode(changed) + error), ids)
            exact[:, latent] = after - before
    found["exact"] = exact
    return found


def pair_effects(model, hook, clean, patch, answers, sae) -> dict[str, Tensor]:
    start = sae.split(activation(model, hook, clean))
    end = sae.split(activation(model, hook, patch))
    delta = (end[0] - start[0], end[1] - start[1])
    metric = lambda logits: toward_patch(logits, answers)
    found = {}
    for name, steps in (("attribution", 1), ("integrated_gradients", STEPS)):
        slope = slopes(model, hook, clean, sae, metric, start, end, steps)
        found[name] = (delta[0] * slope[0]).sum(1).mean(0)
        found[name + ".error"] = (delta[1] * slope[1]).sum((1, 2)).mean()
    exact, exact_error = torch.zeros(LATENTS), torch.zeros(())
    with torch.no_grad():
        before = metric(model(input_ids=clean).logits)
        for position in range(LENGTH):
            for latent in range(LATENTS):
                features = start[0].clone()
                features[:, position, latent] = end[0][:, position, latent]
                after = metric(spliced(model, hook, clean, lambda _: sae.decode(features) + start[1]))
                exact[latent] += (after - before).mean()
            error = start[1].clone()
            error[:, position] = end[1][:, position]
            after = metric(spliced(model, hook, clean, lambda _: sae.decode(start[0]) + error))
            exact_error += (after - before).mean()
    found["exact"], found["exact.error"] = exact, exact_error
    return found


@torch.no_grad()
def kept_behaviour(model, hook, clean, patch, answers, sae, kept, error_kept) -> dict[str, Tensor]:
    patch_features, patch_error = (part.mean(0) for part in sae.split(activation(model, hook, patch)))

    def behaviour(features_kept: Tensor, errors_kept: bool) -> Tensor:
        def cut(x):
            features, error = sae.split(x)
            features = torch.where(features_kept, features, patch_features)
            return sae.decode(features) + (error if errors_kept else patch_error)

        return -toward_patch(spliced(model, hook, clean, cut), answers).mean()

    whole = -toward_patch(model(input_ids=clean).logits, answers).mean()
    nothing = behaviour(torch.zeros(LATENTS, dtype=torch.bool), False)
    return {
        "faithfulness": (behaviour(kept, error_kept) - nothing) / (whole - nothing),
        "completeness": (behaviour(~kept, not error_kept) - nothing) / (whole - nothing),
    }


def tiny_model() -> GPTNeoXForCausalLM:
    config = GPTNeoXConfig(
        vocab_size=VOCABULARY,
        hidden_size=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=16,
        hidden_act="gelu",
        rotary_pct=0.5,
        max_position_embeddings=16,
        layer_norm_eps=1e-5,
        use_parallel_residual=True,
        tie_word_embeddings=False,
        attn_implementation="eager",
    )
    model = GPTNeoXForCausalLM(config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            one = 1.0 if "norm" in name and name.endswith("weight") else 0.0
            spread = 0.3 if parameter.dim() == 1 else 1.5 / parameter.shape[1] ** 0.5
            parameter.copy_(one + spread * torch.randn_like(parameter))
    return model


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("output", type=Path)
    parser.add_argument("--seed", type=int, default=3)
    arguments = parser.parse_args()
    torch.manual_seed(arguments.seed)
    arguments.output.mkdir(parents=True, exist_ok=True)

    model = tiny_model()
    model.config.save_pretrained(arguments.output)
    weights = {name: value.contiguous() for name, value in model.state_dict().items()}
    save_file(weights, arguments.output / "model.safetensors", metadata={"format": "pt"})

    sae = Dictionary()
    ids = torch.randint(VOCABULARY, (3, LENGTH))
    clean = torch.randint(VOCABULARY, (4, LENGTH))
    patch = clean.clone()
    patch[:, 2] = (patch[:, 2] + 1 + torch.randint(VOCABULARY - 1, (4,))) % VOCABULARY
    answers = torch.stack([torch.randint(0, 10, (4,)), torch.randint(10, 20, (4,))], dim=1)
    golden = {
        "encoder": sae.encoder,
        "encoder_bias": sae.encoder_bias,
        "decoder": sae.decoder,
        "decoder_bias": sae.decoder_bias,
        "ids": ids,
        "clean": clean,
        "patch": patch,
        "answers": answers,
    }
    for hook in HOOKS:
        for name, value in loss_effects(model, hook, ids, sae).items():
            golden[f"{hook}.loss.{name}"] = value
        pairs = pair_effects(model, hook, clean, patch, answers, sae)
        for name, value in pairs.items():
            golden[f"{hook}.pairs.{name}"] = value
        kept = pairs["exact"].abs() > NODE_THRESHOLD
        error_kept = bool(pairs["exact.error"].abs() > NODE_THRESHOLD)
        for name, value in kept_behaviour(model, hook, clean, patch, answers, sae, kept, error_kept).items():
            golden[f"{hook}.{name}"] = value
    golden = {name: value.detach().contiguous() for name, value in golden.items()}
    save_file(golden, arguments.output / "effects.safetensors", metadata={"node_threshold": str(NODE_THRESHOLD)})


if __name__ == "__main__":
    main()
