"""Small configurations of the families whose memory is reckoned, and models of them.

PyTorch and transformers are imported by the tests that run, not by every process that collects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

_SIZES = {
    "vocab_size": 600,
    "hidden_size": 64,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 96,
    "max_position_embeddings": 1100,
}
_GROUPED = {**_SIZES, "num_key_value_heads": 2}
_OLD = {"vocab_size": 600, "n_embd": 64, "n_layer": 3, "n_head": 4, "n_positions": 1100}
_OPT = {**_SIZES, "ffn_dim": 96, "word_embed_proj_dim": 32}
_FALCON = {"vocab_size": 600, "hidden_size": 64, "num_hidden_layers": 3, "num_attention_heads": 4}
_T5 = {"vocab_size": 600, "d_model": 64, "d_ff": 96, "d_kv": 16, "num_layers": 2, "num_heads": 4}
_EXPERTS = {"num_experts": 4, "moe_intermediate_size": 32, "num_experts_per_tok": 2}
_LATENT = {
    **_SIZES,
    "num_key_value_heads": 4,
    "q_lora_rank": 24,
    "kv_lora_rank": 20,
    "qk_nope_head_dim": 12,
    "qk_rope_head_dim": 8,
    "v_head_dim": 10,
    "n_routed_experts": 4,
    "n_shared_experts": 1,
    "moe_intermediate_size": 32,
    "num_experts_per_tok": 2,
    "first_k_dense_replace": 1,
    "n_group": 2,
    "topk_group": 1,
}
#: A name for each, its model_type, and what is set of it.
SHAPES: dict[str, tuple[str, dict[str, Any]]] = {
    "bloom": ("bloom", {"vocab_size": 600, "hidden_size": 64, "n_layer": 3, "n_head": 4}),
    "deepseek_v3": ("deepseek_v3", _LATENT),
    "deepseek_v2": ("deepseek_v2", _LATENT | {"q_lora_rank": None}),
    "falcon": ("falcon", _FALCON),
    "falcon, new": ("falcon", _FALCON | {"new_decoder_architecture": True, "num_kv_heads": 2}),
    "falcon, alibi": (
        "falcon",
        _FALCON | {"multi_query": False, "parallel_attn": False, "bias": True, "alibi": True},
    ),
    "gemma": ("gemma", _GROUPED | {"head_dim": 16}),
    "gemma2": ("gemma2", _GROUPED | {"head_dim": 16, "sliding_window": 50}),
    "gemma3": ("gemma3_text", _GROUPED | {"head_dim": 16, "sliding_window": 50}),
    "glm": ("glm", _GROUPED | {"head_dim": 16}),
    "glm4": ("glm4", _GROUPED | {"head_dim": 16}),
    "gpt2": ("gpt2", _OLD),
    "gpt_bigcode": ("gpt_bigcode", _OLD),
    "gpt_neo": (
        "gpt_neo",
        {
            "vocab_size": 600,
            "hidden_size": 64,
            "num_layers": 2,
            "num_heads": 4,
            "max_position_embeddings": 1100,
            "attention_types": [[["global", "local"], 1]],
        },
    ),
    "gpt_neox": ("gpt_neox", _SIZES),
    "gptj": ("gptj", _OLD | {"rotary_dim": 8}),
    "llama": ("llama", _GROUPED),
    "llama, biased": (
        "llama",
        _GROUPED | {"attention_bias": True, "mlp_bias": True, "tie_word_embeddings": True},
    ),
    "mistral": ("mistral", _GROUPED | {"sliding_window": 50}),
    "mixtral": ("mixtral", _GROUPED | {"num_local_experts": 4}),
    "mpt": ("mpt", {"vocab_size": 600, "d_model": 64, "n_layers": 3, "n_heads": 4}),
    "mt5": ("mt5", _T5 | {"feed_forward_proj": "gated-gelu"}),
    "opt": ("opt", _OPT),
    "opt, norms behind": ("opt", _OPT | {"do_layer_norm_before": False}),
    "phi3": ("phi3", _GROUPED),
    "qwen2": ("qwen2", _GROUPED),
    "qwen2_moe": ("qwen2_moe", _GROUPED | _EXPERTS | {"shared_expert_intermediate_size": 48}),
    "qwen3": ("qwen3", _GROUPED | {"head_dim": 16}),
    "qwen3_moe": ("qwen3_moe", _GROUPED | _EXPERTS | {"head_dim": 16, "mlp_only_layers": [0]}),
    "t5": ("t5", _T5),
    "t5, gated": ("t5", _T5 | {"feed_forward_proj": "gated-gelu", "tie_word_embeddings": False}),
    "umt5": ("umt5", _T5 | {"num_decoder_layers": 2}),
}


def config_named(name: str, **more: Any) -> Any:
    """The configuration of one of them."""
    from transformers import AutoConfig

    kind, values = SHAPES[name]
    ends = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 0}
    return AutoConfig.for_model(kind, **ends, **(values | more))


def made(config: Any, dtype: torch.dtype | None = None, device: str = "cpu") -> Any:
    """A model of random weights (float32 unless told), in evaluation mode."""
    import torch
    from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM
    from transformers.utils import logging

    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    kind: Any = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
    torch.manual_seed(0)
    with torch.device(device):
        return kind.from_config(config, dtype=dtype or torch.float32).eval()


def written(model: Any, prompt: int, tokens: int) -> Any:
    """Let a model read so many tokens and write so many; gives what it keeps of them."""
    import torch

    with torch.inference_mode():
        ids = torch.randint(3, 600, (1, prompt), device=model.device)
        out = model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=tokens,
            min_new_tokens=tokens,
            do_sample=False,
            return_dict_in_generate=True,
        )
    return out.past_key_values


def kept_bytes(cache: Any) -> int:
    """Bytes of the keys and values in a cache."""
    names = ("self_attention_cache", "cross_attention_cache")
    halves = [getattr(cache, name, None) for name in names]
    caches = [half for half in halves if half is not None] or [cache]
    return sum(
        tensor.numel() * tensor.element_size()
        for each in caches
        for layer in each.layers
        for tensor in (layer.keys, layer.values)
    )
