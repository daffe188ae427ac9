"""Lodestone's model file: safetensors with PyTorch's tensor names, and settings as JSON under the key `lodestone`."""
import json
import struct
from pathlib import Path

import torch

DTYPES = {"F16": torch.float16, "F32": torch.float32, "I64": torch.int64}


def read_safetensors(path):
    """The tensors by name, and the metadata."""
    content = bytearray(Path(path).read_bytes())
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        first, last = (8 + length + offset for offset in entry["data_offsets"])
        values = torch.frombuffer(content[first:last], dtype=DTYPES[entry["dtype"]])
        tensors[name] = values.reshape(entry["shape"]).clone()
    return tensors, metadata


def write_safetensors(path, tensors, metadata):
    """`path` only appears when it is complete."""
    names = {dtype: name for name, dtype in DTYPES.items()}
    header, blocks, end = {"__metadata__": metadata}, [], 0
    for name, tensor in tensors.items():
        blocks.append(tensor.detach().cpu().contiguous().numpy().tobytes())
        begin, end = end, end + len(blocks[-1])
        header[name] = {"dtype": names[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [begin, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    part = Path(f"{path}.part")
    part.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blocks))
    part.replace(path)


def save_model(path, network, stft, frames, losses):
    """A model that Lodestone plays. `frames` [frames, bins] are linear magnitudes from which generation can start."""
    state = {name: values for name, values in network.state_dict().items() if not name.endswith("num_batches_tracked")}
    description = {
        "format_version": 1,
        "kind": "model",
        "stft": stft,
        "network": {
            "bins": network.bins,
            "layers": network.layers,
            "sequence": network.sequence,
            "scale": network.scale,
        },
        "losses": losses,
        "validation_losses": [],
    }
    write_safetensors(path, {**state, "impulses": frames}, {"lodestone": json.dumps(description)})
