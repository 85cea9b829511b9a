"""The families of models that people run, each as a tiny checkpoint with random weights."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tiny_models import CHAT_TEMPLATE, NO_SYSTEM_TEMPLATE

#: Sizes by the names that most configurations give them.
USUAL = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
}
EARLY = {"n_embd": 32, "n_layer": 2, "n_head": 4}
T5 = {"d_model": 32, "d_ff": 64, "d_kv": 8, "num_layers": 2, "num_heads": 4}
SPECIAL = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
#: An ordinary token, so that an untrained encoder–decoder does not write padding for ever.
START = {"pad_token_id": 0, "eos_token_id": 2, "decoder_start_token_id": 300}
GLM = {**USUAL, "head_dim": 8}


@dataclass(frozen=True)
class Family:
    """How to build a member of a family, and the published models it stands for.

    `limit` is what its configuration calls the number of positions, "" where it names none.
    """

    name: str
    published: str
    config: str
    sizes: dict[str, Any]
    limit: str = "max_position_embeddings"
    template: str | None = None
    encodes: bool = False
    special: dict[str, int] = field(default_factory=lambda: SPECIAL)

    def make(self, folder: Path, tokenizer: Any, window: int) -> Path:
        """Save a checkpoint that reads so many tokens."""
        import torch
        import transformers

        torch.manual_seed(0)
        limit = {self.limit: window} if self.limit else {}
        config = getattr(transformers, self.config)(
            vocab_size=len(tokenizer), **self.sizes, **limit, **self.special
        )
        auto: Any = transformers
        kind = auto.AutoModelForSeq2SeqLM if self.encodes else auto.AutoModelForCausalLM
        kind.from_config(config).save_pretrained(folder)
        tokenizer.chat_template = self.template
        tokenizer.save_pretrained(folder)
        return folder


FAMILIES = (
    Family("GPT-2", "GPT-2, ruGPT-3.5-13B, ruGPT-3 XL", "GPT2Config", EARLY, "n_positions"),
    Family("Llama", "LLaMA, LLaMA-2 (base)", "LlamaConfig", USUAL),
    Family(
        "Llama, chat",
        "LLaMA-2-chat, Llama-3-Instruct, Vicuna, Saiga",
        "LlamaConfig",
        USUAL,
        template=CHAT_TEMPLATE,
    ),
    Family(
        "Mistral",
        "Mistral-7B-Instruct, Saiga-Mistral",
        "MistralConfig",
        {**USUAL, "sliding_window": 256},
        template=CHAT_TEMPLATE,
    ),
    Family("Qwen2", "Qwen1.5, Qwen2, Qwen2.5", "Qwen2Config", USUAL, template=CHAT_TEMPLATE),
    Family("Qwen3", "Qwen3", "Qwen3Config", {**USUAL, "head_dim": 8}, template=CHAT_TEMPLATE),
    Family(
        "GPT-NeoX",
        "GPT-NeoX-20B, Pythia, Dolly",
        "GPTNeoXConfig",
        {name: size for name, size in USUAL.items() if name != "num_key_value_heads"},
    ),
    Family("GPT-J", "GPT-J-6B", "GPTJConfig", {**EARLY, "rotary_dim": 4}, "n_positions"),
    Family(
        "OPT",
        "OPT, Galactica",
        "OPTConfig",
        {"hidden_size": 32, "ffn_dim": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
        | {"word_embed_proj_dim": 32},
    ),
    Family(
        "BLOOM",
        "BLOOM, BLOOMZ",
        "BloomConfig",
        {"hidden_size": 32, "n_layer": 2, "n_head": 4},
        "seq_length",
    ),
    Family(
        "Falcon",
        "Falcon-7B",
        "FalconConfig",
        {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4},
    ),
    Family(
        "Falcon, new",
        "Falcon-40B, Falcon-180B, Falcon2",
        "FalconConfig",
        {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "num_kv_heads": 2}
        | {"new_decoder_architecture": True},
    ),
    Family(
        "Falcon, ALiBi",
        "Falcon-RW",
        "FalconConfig",
        {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
        | {"alibi": True, "multi_query": False, "parallel_attn": False, "bias": True},
    ),
    Family(
        "MPT",
        "MPT-7B, MPT-30B",
        "MptConfig",
        {"d_model": 32, "n_layers": 2, "n_heads": 4},
        "max_seq_len",
    ),
    Family("GLM", "GLM-4-9B (-hf)", "GlmConfig", GLM, template=CHAT_TEMPLATE),
    Family("GLM-4", "GLM-4-0414, GLM-Z1", "Glm4Config", GLM, template=CHAT_TEMPLATE),
    Family(
        "DeepSeek-V3",
        "DeepSeek-V3, DeepSeek-R1",
        "DeepseekV3Config",
        {**USUAL, "num_key_value_heads": 4, "moe_intermediate_size": 16, "n_routed_experts": 4}
        | {"n_group": 2, "topk_group": 1, "num_experts_per_tok": 2, "first_k_dense_replace": 1}
        | {"q_lora_rank": 16, "kv_lora_rank": 8, "qk_rope_head_dim": 8, "qk_nope_head_dim": 8}
        | {"v_head_dim": 8},
        template=CHAT_TEMPLATE,
    ),
    Family("Gemma", "Gemma", "GemmaConfig", {**USUAL, "head_dim": 8}, template=NO_SYSTEM_TEMPLATE),
    Family(
        "Gemma 2",
        "Gemma 2",
        "Gemma2Config",
        {**USUAL, "head_dim": 8, "sliding_window": 256},
        template=NO_SYSTEM_TEMPLATE,
    ),
    Family(
        "Gemma 3",
        "Gemma 3 (text)",
        "Gemma3TextConfig",
        {**USUAL, "head_dim": 8, "sliding_window": 256},
        template=CHAT_TEMPLATE,
    ),
    Family("T5", "T5, ruT5", "T5Config", T5, "", encodes=True, special=START),
    Family(
        "T5, gated",
        "T5 v1.1, T0, FLAN-T5, FRED-T5, UL2, FLAN-UL2",
        "T5Config",
        {**T5, "feed_forward_proj": "gated-gelu", "tie_word_embeddings": False},
        "",
        encodes=True,
        special=START,
    ),
    Family(
        "mT5",
        "mT5, mT0",
        "MT5Config",
        {**T5, "feed_forward_proj": "gated-gelu"},
        "",
        encodes=True,
        special=START,
    ),
    Family("UMT5", "UMT5", "UMT5Config", T5, "", encodes=True, special=START),
)


def table() -> str:
    """The families as the table of docs/generation.md."""
    rows = [
        "| family | stands for | asked by | its window in config.json | beginning kept |",
        "|---|---|---|---|---|",
    ]
    for each in FAMILIES:
        how = "chat template" if each.template else "plain text"
        window = f"`{each.limit}`" if each.limit else "not named: 512"
        kept = "up to its sliding window" if "sliding_window" in each.sizes else "yes"
        kept = "no (encoder–decoder)" if each.encodes else kept
        rows.append(f"| {each.name} | {each.published} | {how} | {window} | {kept} |")
    return "\n".join(rows)
