"""Checkpoints small enough to be made in a test: random weights, a real tokenizer, real formats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TEXT = [
    "The supplier delivers the pumps by 15 November 2025 and pays a penalty of 5 % for each week.",
    "You answer questions only from the passages of documents given to you. Question: Answer:",
    "Поставщик передаёт насосы до 15 ноября 2025 года и платит пени 5 % за каждую неделю.",
    "Ты отвечаешь на вопросы только по приведённым отрывкам документов. Вопрос: Ответ:",
]
CHAT_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
#: Refuses a system message, as some published templates do.
NO_SYSTEM_TEMPLATE = (
    "{% if messages[0]['role'] == 'system' %}"
    "{{ raise_exception('System role not supported') }}{% endif %}" + CHAT_TEMPLATE
)


def make_tokenizer(
    chat_template: str | None = None,
    limit: int | None = None,
    text: Sequence[str] = TEXT,
    size: int = 600,
) -> Any:
    """A byte-level BPE trained on a few sentences, so that any text can be encoded."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=["<pad>", "<s>", "</s>", "<|im_start|>", "<|im_end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(text, trainer)
    options = {} if limit is None else {"model_max_length": limit}
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        bos_token="<s>",
        eos_token="</s>",
        additional_special_tokens=["<|im_start|>", "<|im_end|>"],
        **options,
    )
    wrapped.chat_template = chat_template
    return wrapped


def make_llama(folder: Path, chat_template: str | None = None, window: int = 2048) -> Path:
    """A decoder of two layers with random weights, saved as a published model is."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    tokenizer = make_tokenizer(chat_template)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=window,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def make_t5(folder: Path) -> Path:
    """An encoder–decoder of two layers with random weights and a window of 512."""
    import torch
    from transformers import T5Config, T5ForConditionalGeneration

    torch.manual_seed(0)
    tokenizer = make_tokenizer(limit=512)
    config = T5Config(
        vocab_size=len(tokenizer),
        d_model=64,
        d_ff=128,
        d_kv=16,
        num_layers=2,
        num_heads=4,
        pad_token_id=0,
        eos_token_id=2,
        decoder_start_token_id=300,  # an ordinary token: untrained, it repeats what it is given
    )
    T5ForConditionalGeneration(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


#: Kinds of encoders that published embedders are made of: name of the kind and what it is called.
ENCODERS = ("bert", "xlm-roberta", "t5", "qwen3", "modernbert")


def make_embedder(
    folder: Path, kind: str = "bert", *, window: int = 64, prompts: dict[str, str] | None = None
) -> Path:
    """An embedder of 32 dimensions with random weights, pooled as the published ones are."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling

    raw = folder.with_name(folder.name + "-raw")
    _encoder(kind, window).save_pretrained(raw)
    make_tokenizer(limit=window).save_pretrained(raw)
    modes = {"t5": "cls", "qwen3": "lasttoken", "modernbert": "cls"}
    body = Transformer(str(raw))
    pooling = Pooling(body.get_embedding_dimension(), modes.get(kind, "mean"))
    model = SentenceTransformer(modules=[body, pooling], prompts=prompts, device="cpu")
    model.save(str(folder), create_model_card=False)
    return folder


def _encoder(kind: str, window: int) -> Any:
    """A model of two layers with random weights."""
    import torch
    import transformers as t

    torch.manual_seed(0)
    sizes: dict[str, Any] = {
        "vocab_size": len(make_tokenizer()),
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "max_position_embeddings": window + 2,
        "pad_token_id": 0,
    }
    if kind == "t5":
        return t.T5EncoderModel(
            t.T5Config(
                vocab_size=sizes["vocab_size"],
                d_model=32,
                d_ff=64,
                d_kv=8,
                num_layers=2,
                num_heads=4,
                pad_token_id=0,
                eos_token_id=2,
            )
        )
    if kind == "qwen3":
        return t.Qwen3Model(t.Qwen3Config(**sizes, num_key_value_heads=2, head_dim=8))
    if kind == "modernbert":
        ends = {"bos_token_id": 1, "cls_token_id": 1, "eos_token_id": 2, "sep_token_id": 2}
        return t.ModernBertModel(t.ModernBertConfig(**sizes, **ends))
    if kind == "xlm-roberta":
        return t.XLMRobertaModel(t.XLMRobertaConfig(**sizes))
    return t.BertModel(t.BertConfig(**sizes))


def make_cross_encoder(folder: Path, labels: int = 1) -> Path:
    """A cross-encoder with random weights and so many outputs."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    torch.manual_seed(0)
    tokenizer = make_tokenizer(limit=128)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=130,
        pad_token_id=0,
        num_labels=labels,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def make_yes_or_no(folder: Path) -> Path:
    """A decoder that judges by the word that would come next, as Qwen3-Reranker is published."""
    import torch
    from transformers import Qwen3Config, Qwen3ForCausalLM

    torch.manual_seed(0)
    tokenizer = make_tokenizer(CHAT_TEMPLATE, limit=256)
    tokenizer.add_tokens(["yes", "no"])
    config = Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
        max_position_embeddings=256,
        pad_token_id=0,
        architectures=["Qwen3ForCausalLM"],
    )
    Qwen3ForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def spoil(folder: Path) -> Path:
    """Make the weights of a checkpoint give nothing that is a number."""
    from safetensors.torch import load_file, save_file

    for path in folder.rglob("*.safetensors"):
        weights = load_file(path)
        for name, tensor in weights.items():
            weights[name] = tensor * float("nan")
        save_file(weights, path, metadata={"format": "pt"})
    return folder


def make_gptq(folder: Path, plain: Path) -> Path:
    """A decoder whose projections are packed into four bits, as GPTQ checkpoints are published.

    Weights are rounded to nearest. The folder `plain` gets the same numbers unpacked.
    """
    import json

    from safetensors.torch import load_file, save_file

    make_llama(plain, CHAT_TEMPLATE)
    folder.mkdir(exist_ok=True)
    for each in plain.iterdir():
        (folder / each.name).write_bytes(each.read_bytes())
    config = json.loads((folder / "config.json").read_text())
    told = {"quant_method": "gptq", "bits": 4, "group_size": 32, "desc_act": False, "sym": True}
    (folder / "config.json").write_text(json.dumps({**config, "quantization_config": told}))
    tensors = load_file(plain / "model.safetensors")
    packed: dict[str, Any] = {}
    for name, weight in list(tensors.items()):
        if name.endswith("proj.weight"):
            parts, tensors[name] = _four_bits(weight, group=32)
            stem = name.removesuffix("weight")
            packed |= {stem + part: value for part, value in parts.items()}
        else:
            packed[name] = weight
    save_file(packed, folder / "model.safetensors", metadata={"format": "pt"})
    save_file(tensors, plain / "model.safetensors", metadata={"format": "pt"})
    return folder


def _four_bits(weight: Any, group: int) -> tuple[dict[str, Any], Any]:
    """The tensors that stand for a weight in GPTQ's first format, and the weight they give."""
    import torch

    out, into = weight.shape
    rows = weight.t().reshape(into // group, group, out)
    scales = (rows.abs().amax(1, keepdim=True) / 7).half()
    codes = (rows / scales.float()).round().clamp(-8, 7)
    shifts = torch.arange(8) * 4
    eights = (codes.long() + 8).reshape(into // 8, 8, out) << shifts.view(1, 8, 1)
    zeros = torch.full((into // group, out // 8, 8), 7) << shifts
    parts = {
        "qweight": _as_int32(eights.sum(1)),
        "qzeros": _as_int32(zeros.sum(-1)),
        "scales": scales.reshape(into // group, out).contiguous(),
        "g_idx": (torch.arange(into) // group).int(),
    }
    return parts, (codes * scales.float()).reshape(into, out).t().contiguous()


def _as_int32(value: Any) -> Any:
    """The low 32 bits, read with a sign."""
    return value.where(value < 2**31, value - 2**32).int()
