"""Train stories-neox, the small language model that Kappa carries.

The recipe makes a GPT-NeoX of about 1.7 million parameters (width 128, 6 blocks, 4 heads, vocabulary 2048)
from a text file whose documents are separated by `<|endoftext|>`, and writes a folder in the layout of a
Hugging Face release of the Pythia family:

    config.json         the architecture, in the spelling Pythia uses
    tokenizer.json      byte-level BPE, trained on the training documents only
    model.safetensors   weights rounded to float16; the loss in the card is measured after the rounding
    README.md           the model card: data, split, training, loss, samples

The last documents of the file are held out; the weights kept are those with the lowest loss on them.
Everything random is drawn from the seed.

    python train_model.py --corpus stories.txt --output stories-neox
"""

import argparse
import json
import math
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import GPTNeoXConfig, GPTNeoXForCausalLM

SEPARATOR = "<|endoftext|>"
SEPARATOR_ID = 0
CONTEXT = 256  # tokens per training sequence, and max_position_embeddings
BATCH = 8  # sequences per step
PEAK_LEARNING_RATE = 3e-3
FINAL_LEARNING_RATE = 1e-4
WARMUP_STEPS = 100
WEIGHT_DECAY = 0.1  # on matrices only
BETAS = (0.9, 0.95)
CLIP_NORM = 1.0
DROPOUT = 0.05  # on the output of each attention, each MLP and the embedding; training only
PATIENCE = 6  # evaluations without a better loss before training stops

# The keys and their spelling are those of a released Pythia config.json.
CONFIG = {
    "architectures": ["GPTNeoXForCausalLM"],
    "bos_token_id": SEPARATOR_ID,
    "eos_token_id": SEPARATOR_ID,
    "hidden_act": "gelu",
    "hidden_size": 128,
    "initializer_range": 0.02,
    "intermediate_size": 512,
    "layer_norm_eps": 1e-05,
    "max_position_embeddings": CONTEXT,
    "model_type": "gpt_neox",
    "num_attention_heads": 4,
    "num_hidden_layers": 6,
    "rotary_emb_base": 10000,
    "rotary_pct": 0.25,
    "tie_word_embeddings": False,
    "torch_dtype": "float16",
    "use_cache": True,
    "use_parallel_residual": True,
    "vocab_size": 2048,
}

SAMPLE_PROMPTS = ["Once upon a time", "The little dog", "Tom and his mom"]
SAMPLE_TEMPERATURE = 0.7
SAMPLE_TOKENS = 110


@dataclass
class Outcome:
    """What a training run leaves for the card."""

    best_step: int
    steps_run: int
    seconds: float


def read_stories(corpus: Path) -> list[str]:
    """The complete documents; what follows the last separator may be cut off and is left out."""
    pieces = corpus.read_text(encoding="utf-8", errors="replace").split(SEPARATOR)[:-1]
    return [piece.strip() for piece in pieces if piece.strip()]


def train_tokenizer(stories: list[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=True)
    tokenizer.train_from_iterator(
        stories,
        trainers.BpeTrainer(
            vocab_size=CONFIG["vocab_size"],
            special_tokens=[SEPARATOR],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    assert tokenizer.token_to_id(SEPARATOR) == SEPARATOR_ID
    assert tokenizer.get_vocab_size() == CONFIG["vocab_size"]
    return tokenizer


def token_stream(tokenizer: Tokenizer, stories: list[str]) -> torch.Tensor:
    """One long row of ids in which the separator stands before every story."""
    ids = []
    for encoding in tokenizer.encode_batch(stories):
        ids.append(SEPARATOR_ID)
        ids.extend(encoding.ids)
    return torch.tensor(ids)


def sequences(stream: torch.Tensor, start: int = 0) -> torch.Tensor:
    """The stream from `start` on, cut into rows of CONTEXT tokens; the remainder is dropped."""
    rows = (len(stream) - start) // CONTEXT
    return stream[start : start + rows * CONTEXT].view(rows, CONTEXT)


def next_token_loss(model: GPTNeoXForCausalLM, ids: torch.Tensor, reduction: str = "mean") -> torch.Tensor:
    logits = model(input_ids=ids, use_cache=False).logits[:, :-1]  # [batch, CONTEXT - 1, vocabulary]
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten(), reduction=reduction)


@torch.no_grad()
def mean_loss(model: GPTNeoXForCausalLM, rows: torch.Tensor) -> float:
    """Nats per predicted token; the first token of each row has no context and is not predicted."""
    model.eval()
    total = sum(next_token_loss(model, batch, "sum").item() for batch in rows.split(16))
    model.train()
    return total / (rows.shape[0] * (CONTEXT - 1))


def build_model() -> GPTNeoXForCausalLM:
    architecture = {key: value for key, value in CONFIG.items() if key not in ("architectures", "torch_dtype")}
    return GPTNeoXForCausalLM(GPTNeoXConfig(**architecture, hidden_dropout=DROPOUT))


def learning_rate(step: int, steps: int) -> float:
    """Linear warm-up, then half a cosine from the peak down to the final rate."""
    if step < WARMUP_STEPS:
        return PEAK_LEARNING_RATE * (step + 1) / WARMUP_STEPS
    progress = (step - WARMUP_STEPS) / max(1, steps - WARMUP_STEPS)
    return FINAL_LEARNING_RATE + (PEAK_LEARNING_RATE - FINAL_LEARNING_RATE) * 0.5 * (1 + math.cos(math.pi * progress))


def build_optimiser(model: GPTNeoXForCausalLM) -> torch.optim.AdamW:
    matrices = [p for p in model.parameters() if p.dim() >= 2]
    vectors = [p for p in model.parameters() if p.dim() < 2]
    groups = [{"params": matrices, "weight_decay": WEIGHT_DECAY}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=PEAK_LEARNING_RATE, betas=BETAS)


def batches(stream: torch.Tensor, generator: torch.Generator):
    """Endless batches: each pass cuts the stream at another offset and takes its rows in another order."""
    while True:
        rows = sequences(stream, start=int(torch.randint(CONTEXT, (1,), generator=generator)))
        order = torch.randperm(len(rows), generator=generator)
        for first in range(0, len(rows) - BATCH + 1, BATCH):
            yield rows[order[first : first + BATCH]]


def train(model, stream, validation, steps: int, evaluate_every: int, seed: int) -> Outcome:
    """Trains in place and leaves the best weights in the model."""
    optimiser = build_optimiser(model)
    source = batches(stream, torch.Generator().manual_seed(seed))
    best_loss, best_step, best_weights, since_best = math.inf, 0, None, 0
    started = time.monotonic()
    model.train()
    for step in range(1, steps + 1):
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(step - 1, steps)
        loss = next_token_loss(model, next(source))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP_NORM)
        optimiser.step()
        if step % evaluate_every == 0 or step == steps:
            held_out = mean_loss(model, validation)
            speed = step * BATCH * CONTEXT / (time.monotonic() - started)
            print(f"step {step} train {loss.item():.3f} validation {held_out:.4f} {speed:.0f} tokens/s", flush=True)
            since_best += 1
            if held_out < best_loss:
                best_loss, best_step, since_best = held_out, step, 0
                best_weights = {name: value.clone() for name, value in model.state_dict().items()}
            if since_best >= PATIENCE:
                break
    model.load_state_dict(best_weights)
    return Outcome(best_step, step, time.monotonic() - started)


def round_to_half(model: GPTNeoXForCausalLM) -> dict[str, torch.Tensor]:
    """The float16 weights to write; the model keeps their exact values in float32."""
    halves = {name: value.to(torch.float16).contiguous() for name, value in model.state_dict().items()}
    model.load_state_dict({name: value.float() for name, value in halves.items()})
    return halves


@torch.no_grad()
def sample(model, tokenizer: Tokenizer, prompt: str, seed: int) -> str:
    """Ancestral sampling over the whole vocabulary at SAMPLE_TEMPERATURE, ended by the separator."""
    model.eval()
    generator = torch.Generator().manual_seed(seed)
    ids = [SEPARATOR_ID] + tokenizer.encode(prompt).ids
    for _ in range(SAMPLE_TOKENS):
        logits = model(input_ids=torch.tensor([ids])).logits[0, -1]
        probabilities = torch.softmax(logits / SAMPLE_TEMPERATURE, dim=-1)
        ids.append(int(torch.multinomial(probabilities, 1, generator=generator)))
        if ids[-1] == SEPARATOR_ID:
            break
    return tokenizer.decode(ids, skip_special_tokens=True)


def model_card(facts: dict, samples: list[str]) -> str:
    quoted = "\n\n".join("\n".join(f"> {line}".rstrip() for line in text.splitlines()) for text in samples)
    return CARD.format(**facts, samples=quoted)


CARD = """---
license: mit
language: en
pipeline_tag: text-generation
---

# stories-neox

A GPT-NeoX language model of {parameters:,} parameters, trained from scratch on short children's stories. It has
Pythia's architecture (parallel residual, rotary positions on a quarter of each head, untied unembedding) at
1/40 of the size of Pythia-70m, so that every experiment of Kappa can be tried in seconds.

| | |
|---|---|
| width, blocks, heads | 128, 6, 4 (head width 32, 8 rotary dimensions) |
| MLP width | 512, exact GELU |
| vocabulary | 2048, byte-level BPE, no prefix space |
| context | 256 tokens |
| weights | float16 on disk, meant to be computed in float32 |
| licence of the weights | MIT |

**Special tokens.** Documents are separated by id 0, `<|endoftext|>`, which is also beginning, end and unknown
token. The tokenizer does not add it. In training it stood before every story, so a prompt that begins a story
should begin with id 0.

## Intended use

Demonstrating and testing Kappa: a model that is small enough to be carried along and trained enough to have
structure worth measuring. It knows the vocabulary of a small child and nothing else, forgets names within a
paragraph and must not be used to say anything to anyone.

## Data

The first 2 MiB of the TinyStories training text (Eldan and Li 2023, arXiv 2305.07759; licence CDLA-Sharing-1.0):
{stories:,} complete stories. The last {held_out_stories} (5 %) are held out. The tokenizer saw the training
stories only. {training_tokens:,} training tokens, {validation_tokens:,} validation tokens. None of the text is
part of this folder.

## Training

| | |
|---|---|
| sequences | {batch} x 256 tokens a step, cut from the stream of stories at a new offset each pass |
| steps | {steps_run} run, weights of step {best_step} kept (lowest validation loss) |
| tokens seen | {tokens_seen:,} ({passes:.1f} passes) |
| optimiser | AdamW, betas 0.9 and 0.95, weight decay 0.1 on matrices, gradient norm clipped at 1 |
| learning rate | 100 warm-up steps to 3e-3, cosine to 1e-4 |
| dropout | {dropout} on embedding, attention and MLP outputs |
| seed | {seed} |
| time | {minutes:.0f} minutes in float32 on the CPU |

## Loss

| validation loss | nats per token | perplexity |
|---|---|---|
| float32 weights | {loss_full:.4f} | {perplexity_full:.2f} |
| float16 weights, as released | {loss_half:.4f} | {perplexity_half:.2f} |

Mean over {predicted_tokens:,} predictions: rows of 256 tokens without overlap, the first token of each row not predicted.

## Samples

Unedited, temperature {temperature}, no top-k, cut after {sample_tokens} tokens or at the separator. Each begins with
its prompt ({prompts}), which stood after id 0.

{samples}

## To repeat

From `src/main/python`, with the packages of `requirements.txt` and the corpus as one text file:

    python train_model.py --corpus tinystories.txt --output stories-neox --steps {steps} --seed {seed}
"""


def write_release(output: Path, tokenizer: Tokenizer, halves: dict[str, torch.Tensor], card: str) -> None:
    output.mkdir(parents=True, exist_ok=True)
    (output / "config.json").write_text(json.dumps(CONFIG, indent=2) + "\n")
    tokenizer.save(str(output / "tokenizer.json"))
    save_file(halves, output / "model.safetensors", metadata={"format": "pt"})
    (output / "README.md").write_text(card)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True, help="text file, documents separated by <|endoftext|>")
    parser.add_argument("--output", type=Path, required=True, help="folder to write")
    parser.add_argument("--steps", type=int, default=2200)
    parser.add_argument("--evaluate-every", type=int, default=100)
    parser.add_argument("--held-out", type=float, default=0.05, help="fraction of documents, from the end")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()

    torch.manual_seed(arguments.seed)
    stories = read_stories(arguments.corpus)
    held_out = round(len(stories) * arguments.held_out)
    tokenizer = train_tokenizer(stories[:-held_out])
    stream = token_stream(tokenizer, stories[:-held_out])
    validation_stream = token_stream(tokenizer, stories[-held_out:])
    validation = sequences(validation_stream)
    print(f"{len(stories)} stories, {len(stream)} training and {len(validation_stream)} validation tokens", flush=True)

    model = build_model()
    outcome = train(model, stream, validation, arguments.steps, arguments.evaluate_every, arguments.seed)
    loss_full = mean_loss(model, validation)
    halves = round_to_half(model)
    loss_half = mean_loss(model, validation)

    samples = [sample(model, tokenizer, prompt, arguments.seed + i) for i, prompt in enumerate(SAMPLE_PROMPTS)]
    tokens_seen = outcome.best_step * BATCH * CONTEXT
    facts = {
        "parameters": sum(value.numel() for value in halves.values()),
        "stories": len(stories),
        "held_out_stories": held_out,
        "training_tokens": len(stream),
        "validation_tokens": len(validation_stream),
        "predicted_tokens": validation.shape[0] * (CONTEXT - 1),
        "batch": BATCH,
        "steps": arguments.steps,
        "steps_run": outcome.steps_run,
        "best_step": outcome.best_step,
        "tokens_seen": tokens_seen,
        "passes": tokens_seen / len(stream),
        "dropout": DROPOUT,
        "seed": arguments.seed,
        "minutes": outcome.seconds / 60,
        "loss_full": loss_full,
        "perplexity_full": math.exp(loss_full),
        "loss_half": loss_half,
        "perplexity_half": math.exp(loss_half),
        "temperature": SAMPLE_TEMPERATURE,
        "sample_tokens": SAMPLE_TOKENS,
        "prompts": ", ".join(f'"{prompt}"' for prompt in SAMPLE_PROMPTS),
    }
    write_release(arguments.output, tokenizer, halves, model_card(facts, samples))
    print(json.dumps(facts, indent=1))
    print("\n---\n".join(samples))


if __name__ == "__main__":
    main()
