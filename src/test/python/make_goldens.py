"""Golden logits and gradients, from transformers in float32 with eager attention on the CPU.

The packages are those of src/main/python/requirements.txt.

    python make_goldens.py logits MODEL_FOLDER NAME OUTPUT_FOLDER
    python make_goldens.py gradients MODEL_FOLDER NAME OUTPUT_FOLDER

`logits` writes logits-NAME.safetensors. For each prompt i, whose text is in the metadata under `prompt{i}`:

    prompt{i}.ids      I64 [T]      the tokenizer's ids with the special tokens it adds by default
    prompt{i}.logits   F32 [3, V]   at the last three positions
    prompt{i}.argmax   I64 [T]      the likeliest next token at every position

`gradients` writes gradients-NAME.safetensors, over two sequences of 24 tokens:

    ids                 I64 [2, 24]
    loss                F32 []       mean next-token cross-entropy, positions 0 .. 22 of both sequences, nats
    HOOK                F32          the activation at each hook below
    loss.grad.HOOK      F32          its gradient of the loss
    answer, distractor  I64 [2]      one token each per sequence
    difference          F32 []       mean over sequences of logit[last, answer] - logit[last, distractor]
    difference.grad.HOOK             its gradient, at resid_post of block 2 only

The model's weights are widened to float32; only numbers are written, never the model.
"""

import argparse
from pathlib import Path

import torch
from recording import gradients, next_token_loss, record
from safetensors.torch import load_model, save_file
from tokenizers import Tokenizer
from transformers import AutoConfig, AutoModelForCausalLM

PROMPTS = [
    "Once upon a time, there was a little girl named Lily. She loved to play in the",
    'The big dog looked at the cat and said, "Do you want to',
    "Tom and Sara went to the park with their mom. They saw",
    "It isn't raining today, so we can go outside! \n\nBen ran to",
    "Caf\u00e9 owners, 12 birds & one \u201cquiet\u201d fox: who ate   the cake?",
]
LOSS_HOOKS = ["blocks.2.hook_resid_post", "blocks.3.attn.hook_z", "blocks.1.hook_mlp_out"]
DIFFERENCE_HOOKS = ["blocks.2.hook_resid_post"]
SEQUENCES = [
    "Once upon a time, there was a little boy named Tim. Tim had a red ball and he liked to throw it very high.",
    "One day, a bird sat on a tree. The bird was sad because it could not find its mom. A kind cat came to help it.",
]
SEQUENCE_LENGTH = 24
ANSWERS, DISTRACTORS = [" the", " was"], [" a", " were"]


def load(folder: Path):
    """Not from_pretrained: that leaves the embedding empty where a tied file names only lm_head.weight."""
    config = AutoConfig.from_pretrained(folder)
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32, attn_implementation="eager")
    load_model(model, folder / "model.safetensors")  # strict but for tied tensors; widens to float32
    return model.eval(), Tokenizer.from_file(str(folder / "tokenizer.json"))


@torch.no_grad()
def write_logits(folder: Path, name: str, output: Path) -> None:
    model, tokenizer = load(folder)
    tensors, metadata = {}, {}
    for index, prompt in enumerate(PROMPTS):
        ids = torch.tensor(tokenizer.encode(prompt).ids)
        logits = model(input_ids=ids[None]).logits[0]
        metadata[f"prompt{index}"] = prompt
        tensors[f"prompt{index}.ids"] = ids
        tensors[f"prompt{index}.logits"] = logits[-3:].contiguous()
        tensors[f"prompt{index}.argmax"] = logits.argmax(-1)
    save_file(tensors, output / f"logits-{name}.safetensors", metadata=metadata)


def only_id(tokenizer: Tokenizer, word: str) -> int:
    ids = tokenizer.encode(word, add_special_tokens=False).ids
    assert len(ids) == 1, f"{word!r} is {len(ids)} tokens"
    return ids[0]


def write_gradients(folder: Path, name: str, output: Path) -> None:
    model, tokenizer = load(folder)
    separator = tokenizer.token_to_id("<|endoftext|>")
    ids = torch.tensor([([separator] + tokenizer.encode(text).ids)[:SEQUENCE_LENGTH] for text in SEQUENCES])
    answer = torch.tensor([only_id(tokenizer, word) for word in ANSWERS])
    distractor = torch.tensor([only_id(tokenizer, word) for word in DISTRACTORS])
    logits, activations = record(model, ids)
    loss = next_token_loss(logits, ids)
    rows = torch.arange(len(ids))
    difference = (logits[rows, -1, answer] - logits[rows, -1, distractor]).mean()
    tensors = {"ids": ids, "answer": answer, "distractor": distractor, "loss": loss, "difference": difference}
    tensors |= {hook: activations[hook] for hook in LOSS_HOOKS}
    tensors |= {f"loss.grad.{hook}": g for hook, g in gradients(loss, activations, LOSS_HOOKS).items()}
    tensors |= {f"difference.grad.{hook}": g for hook, g in gradients(difference, activations, DIFFERENCE_HOOKS).items()}
    tensors = {key: value.detach().contiguous() for key, value in tensors.items()}
    save_file(tensors, output / f"gradients-{name}.safetensors")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["logits", "gradients"])
    parser.add_argument("model", type=Path, help="folder with config.json, model.safetensors, tokenizer.json")
    parser.add_argument("name", help="the model's name in the file name")
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    write = write_logits if arguments.what == "logits" else write_gradients
    write(arguments.model, arguments.name, arguments.output)


if __name__ == "__main__":
    main()
