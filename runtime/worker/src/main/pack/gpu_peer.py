#!/usr/bin/env python3
"""What this machine's own PyTorch, transformers and peft make of the shapes that Hearth's bench measures.

    gpu_peer.py --shape llama-3-8b --json peer.json [--quick] [--seconds 1.5] [--device cuda]

Random weights in bf16. Prompts, decoding steps on a static cache (replayed as a CUDA graph where that works), LoRA training
of rank 16 on all linear layers with AdamW; and what the card can do: a product of two matrices of 8192, a copy of 1 GiB.
Every part stands by itself: what a missing package or too little memory forbids is written down as skipped, with the reason.
The file is replaced after each part, so that a run which is cut off leaves what it has.

Exit status 0, or 77 if nothing could be measured.
"""

import argparse
import gc
import importlib.metadata
import importlib.util
import inspect
import json
import os
import statistics
import sys
import time

SHAPES = {
    "qwen2.5-0.5b": dict(
        family="qwen2", vocab_size=151936, hidden_size=896, intermediate_size=4864, num_hidden_layers=24,
        num_attention_heads=14, num_key_value_heads=2, rms_norm_eps=1e-6, rope_theta=1000000.0,
        tie_word_embeddings=True, max_position_embeddings=32768),
    "llama-3-8b": dict(
        family="llama", vocab_size=128256, hidden_size=4096, intermediate_size=14336, num_hidden_layers=32,
        num_attention_heads=32, num_key_value_heads=8, rms_norm_eps=1e-5, rope_theta=500000.0,
        tie_word_embeddings=False, max_position_embeddings=8192),
    "tiny": dict(
        family="qwen2", vocab_size=512, hidden_size=128, intermediate_size=256, num_hidden_layers=2,
        num_attention_heads=2, num_key_value_heads=1, rms_norm_eps=1e-6, rope_theta=10000.0,
        tie_word_embeddings=True, max_position_embeddings=1024),
}
FULL = dict(prefills=[512, 4096], contexts=[512, 4096], sequences=[1, 32, 256], trained=4096, rows=[4, 2, 1],
            matrix=8192, copied=1 << 30)
QUICK = dict(FULL, prefills=[4096], contexts=[512])
TINY = dict(prefills=[32], contexts=[32], sequences=[1, 4], trained=32, rows=[2, 1], matrix=64, copied=1 << 20)
RANK = 16
LINEAR_LAYERS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
PACKAGES = ["torch", "transformers", "peft", "accelerate", "flash_attn", "triton"]
NOTHING_MEASURED = 77


class Skipped(Exception):
    """A part that cannot be done here; the message says why."""


def require(package):
    if importlib.util.find_spec(package) is None:
        raise Skipped(f"The Python package {package} is not installed.")


def versions():
    found = {}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def reason(error):
    if isinstance(error, Skipped):
        return str(error)
    if isinstance(error, ImportError):
        return f"A Python package is missing: {error}"
    if "out of memory" in str(error).lower():
        return "It does not fit into the card's memory."
    text = str(error).strip().splitlines() or ["no message"]
    return f"{type(error).__name__}: {text[0][:300]}"


class Report:
    """The file, replaced as a whole whenever something is added."""

    def __init__(self, path, shape):
        self.path = path
        self.content = {"complete": False, "shape": shape, "packages": versions(), "figures": []}

    def put(self, key, value):
        self.content[key] = value
        self.write()

    def add(self, kind, name, sequences, tokens, **more):
        self.content["figures"].append(
            {"kind": kind, "name": name, "sequences": sequences, "tokens": tokens, **more})
        self.write()
        print(name, "skipped: " + more["why"] if "why" in more else f"{more['tokensPerSecond']:.1f} tokens/s", flush=True)

    def measured(self):
        return sum(figure["outcome"] == "measured" for figure in self.content["figures"])

    def write(self):
        temporary = f"{self.path}.{os.getpid()}"
        with open(temporary, "w", encoding="utf-8") as out:
            json.dump(self.content, out, indent=1)
            out.write("\n")
        os.replace(temporary, self.path)


class Peer:
    def __init__(self, options, report):
        require("torch")
        import torch

        self.torch = torch
        self.report = report
        self.seconds = options.seconds
        self.device = options.device
        self.shape = SHAPES[options.shape]
        self.work = TINY if options.shape == "tiny" else QUICK if options.quick else FULL
        if self.device == "cuda" and not torch.cuda.is_available():
            raise Skipped("PyTorch finds no card that it can use.")
        torch.manual_seed(1)

    # ---- Time and memory ----

    def synchronize(self):
        if self.device == "cuda":
            self.torch.cuda.synchronize()

    def times(self, round_):
        """Seconds of each round after a first one that does not count; at least three."""
        round_()
        self.synchronize()
        times = []
        while len(times) < 3 or sum(times) < self.seconds:
            begin = time.perf_counter()
            round_()
            self.synchronize()
            times.append(time.perf_counter() - begin)
        return times

    def free(self):
        gc.collect()
        if self.device == "cuda":
            self.torch.cuda.empty_cache()

    def part(self, kind, name, sequences, tokens, measure):
        """measure() gives seconds of a round and how it was done."""
        try:
            seconds, detail = measure()
            self.report.add(kind, name, sequences, tokens, outcome="measured", seconds=seconds,
                            tokensPerSecond=self.tokens_of_round(kind, sequences, tokens) / seconds, detail=detail)
        except Exception as error:  # noqa: BLE001, whatever fails here fails alone
            self.report.add(kind, name, sequences, tokens, outcome="skipped", why=reason(error))
        finally:
            self.free()

    @staticmethod
    def tokens_of_round(kind, sequences, tokens):
        return sequences if kind == "decode" else sequences * tokens

    # ---- The card ----

    def limits(self):
        torch, size = self.torch, self.work["matrix"]
        try:
            self.report.put("card", torch.cuda.get_device_name(0) if self.device == "cuda" else "cpu")
            a = torch.randn(size, size, device=self.device, dtype=torch.bfloat16)
            b = torch.randn(size, size, device=self.device, dtype=torch.bfloat16)
            self.report.put("gemmPeak", 2 * size**3 / min(self.times(lambda: torch.matmul(a, b))))
            source = torch.empty(self.work["copied"], device=self.device, dtype=torch.uint8)
            target = torch.empty_like(source)
            copied = statistics.median(self.times(lambda: target.copy_(source)))
            self.report.put("bandwidth", 2 * self.work["copied"] / copied)
        except Exception as error:  # noqa: BLE001
            self.report.put("limits", "skipped: " + reason(error))
        finally:
            self.free()

    # ---- The model ----

    def attention(self):
        flash = self.device == "cuda" and importlib.util.find_spec("flash_attn") is not None
        return "flash_attention_2" if flash else "sdpa"

    def model(self, attention):
        require("transformers")
        import transformers

        torch = self.torch
        fields = dict(self.shape)
        family = transformers.Qwen2Config if fields.pop("family") == "qwen2" else transformers.LlamaConfig
        config = family(**fields)
        build = transformers.AutoModelForCausalLM.from_config
        with torch.device(self.device):
            try:
                model = build(config, dtype=torch.bfloat16, attn_implementation=attention)
            except TypeError:
                # The argument's name before transformers 5.
                model = build(config, torch_dtype=torch.bfloat16, attn_implementation=attention)
        return model.to(torch.bfloat16)

    def ids(self, rows, tokens):
        return self.torch.randint(0, self.shape["vocab_size"], (rows, tokens), device=self.device)

    def served_model(self):
        """The model and its attention, or nothing and why not, which is then told for every part."""
        for attention in dict.fromkeys([self.attention(), "sdpa"]):
            try:
                return self.model(attention).eval(), attention, None
            except Exception as error:  # noqa: BLE001
                failure = reason(error)
            self.free()
        return None, None, failure

    def serving(self):
        model, attention, failure = self.served_model()

        def needs_model(measure):
            if model is None:
                raise Skipped(failure)
            with self.torch.inference_mode():
                return measure()

        for tokens in self.work["prefills"]:
            self.part("prefill", f"prefill {tokens}", 1, tokens,
                      lambda: needs_model(lambda: self.prefill(model, attention, tokens)))
        for sequences in self.work["sequences"]:
            for context in self.work["contexts"]:
                self.part("decode", f"decode B={sequences} at context {context}", sequences, context,
                          lambda: needs_model(lambda: self.decode(model, attention, sequences, context)))

    def prefill(self, model, attention, tokens):
        ids = self.ids(1, tokens)
        accepted = inspect.signature(model.forward).parameters
        last = {name: 1 for name in ("logits_to_keep", "num_logits_to_keep") if name in accepted}

        def step():
            return model(input_ids=ids, use_cache=True, **last).logits[:, -1].argmax(-1)

        return statistics.median(self.times(step)), f"{attention}, eager"

    # ---- Decoding ----

    def static_cache(self, model, sequences, context):
        from transformers import StaticCache

        wanted = dict(config=model.config, max_batch_size=sequences, max_cache_len=context, device=self.device,
                      dtype=self.torch.bfloat16)
        accepted = inspect.signature(StaticCache.__init__).parameters
        return StaticCache(**{name: value for name, value in wanted.items() if name in accepted})

    def decode(self, model, attention, sequences, context):
        torch = self.torch
        cache = self.static_cache(model, sequences, context)
        ids = self.ids(sequences, 1)
        place = torch.tensor([context - 1], device=self.device)
        positions = place.expand(sequences, 1)
        accepted = inspect.signature(model.forward).parameters
        told = {"cache_position": place} if "cache_position" in accepted else {}

        def forward():
            return model(input_ids=ids, position_ids=positions, past_key_values=cache, use_cache=True, **told)

        def step():
            rewind(cache, context - 1)
            return forward().logits[:, -1].argmax(-1)

        step()
        randomise(cache)
        eager = statistics.median(self.times(step))
        if self.device != "cuda":
            return eager, f"{attention}, static cache, eager"
        try:
            replayed = statistics.median(self.times(self.captured(step).replay))
        except Exception as error:  # noqa: BLE001
            return eager, f"{attention}, static cache, eager; no CUDA graph: {reason(error)}"
        return min(eager, replayed), f"{attention}, static cache, CUDA graph"

    def captured(self, step):
        torch = self.torch
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                step()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            step()
        return graph

    # ---- Training ----

    def training(self):
        tokens = self.work["trained"]
        failure = "It was not tried."
        for checkpointing in (False, True):
            for rows in self.work["rows"]:
                name = f"LoRA training, {rows} x {tokens} tokens"
                try:
                    seconds, detail = self.train(rows, tokens, checkpointing)
                    self.report.add("lora", name, rows, tokens, outcome="measured", seconds=seconds,
                                    tokensPerSecond=rows * tokens / seconds, detail=detail)
                    return
                except Exception as error:  # noqa: BLE001
                    failure = reason(error)
                    if "does not fit" not in failure:
                        self.report.add("lora", name, rows, tokens, outcome="skipped", why=failure)
                        return
                finally:
                    self.free()
        self.report.add("lora", f"LoRA training, rows of {tokens} tokens", 1, tokens, outcome="skipped", why=failure)

    def train(self, rows, tokens, checkpointing):
        require("peft")
        import peft

        torch = self.torch
        attention = self.attention()
        base = self.model(attention)
        if checkpointing:
            base.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
            base.enable_input_require_grads()
        base.config.use_cache = False
        model = peft.get_peft_model(base, peft.LoraConfig(
            r=RANK, lora_alpha=2 * RANK, lora_dropout=0.0, bias="none", target_modules=LINEAR_LAYERS,
            task_type="CAUSAL_LM"))
        model.train()
        trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
        optimizer = torch.optim.AdamW(trained, lr=1e-6, fused=self.device == "cuda")
        ids = self.ids(rows, tokens)

        def step():
            with torch.autocast(self.device, dtype=torch.bfloat16):
                loss = model(input_ids=ids, labels=ids).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            return loss.item()

        seconds = statistics.median(self.times(step))
        memory = ""
        if self.device == "cuda":
            memory = f", {torch.cuda.max_memory_allocated() / 1e9:.1f} GB at most"
        kept = "gradient checkpointing" if checkpointing else "no checkpointing"
        return seconds, f"transformers and peft, {attention}, bf16 autocast, fused AdamW, {kept}{memory}"


def rewind(cache, length):
    """Newer static caches count for themselves how many tokens they hold."""
    for layer in getattr(cache, "layers", []):
        held = getattr(layer, "cumulative_length", None)
        if hasattr(held, "fill_"):
            held.fill_(length)
        elif held is not None:
            layer.cumulative_length = length


def randomise(cache):
    """Numbers instead of zeros, which would flatter the card."""
    for layer in getattr(cache, "layers", []):
        for name in ("keys", "values"):
            tensor = getattr(layer, name, None)
            if tensor is not None:
                tensor.normal_()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shape", choices=sorted(SHAPES), required=True)
    parser.add_argument("--json", required=True, help="file for the figures")
    parser.add_argument("--quick", action="store_true", help="fewer figures")
    parser.add_argument("--seconds", type=float, default=1.5, help="length of a measurement")
    parser.add_argument("--device", default="cuda", help="cuda, or cpu to try the program")
    options = parser.parse_args()
    report = Report(options.json, options.shape)
    try:
        peer = Peer(options, report)
        peer.limits()
        peer.serving()
        peer.training()
        report.put("complete", True)
    except Skipped as error:
        report.put("skipped", str(error))
        print(error)
    return 0 if report.measured() else NOTHING_MEASURED


if __name__ == "__main__":
    sys.exit(main())
