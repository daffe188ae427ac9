"""PyTorch with the fastest kernels of its BLAS, and what the peers read."""
import ctypes
import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MATERIAL = ROOT / "build/bench/peers"


def processor_core():
    """The fastest of OpenBLAS's kernels that this processor runs. By default it mistakes processors newer than the
    library for a Pentium 4, which costs three quarters of the speed."""
    flags = set(re.search(r"^flags\s*:(.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)[1].split())
    if {"avx512f", "avx512dq", "avx512bw", "avx512vl"} <= flags:
        return "SkylakeX"
    return "Haswell" if {"avx2", "fma"} <= flags else None


core = processor_core()
if core:
    os.environ.setdefault("OPENBLAS_CORETYPE", core)  # read when the library is loaded
sys.path.append(str(ROOT / "examples/pytorch"))
try:
    import torch

    from model_file import read_safetensors
except ImportError:
    torch = read_safetensors = None


def loaded_blas():
    """Which BLAS this process has loaded, from its memory map; for OpenBLAS also the processor that it computes for."""
    torch.ones(64, 64) @ torch.ones(64, 64)
    paths = set(re.findall(r"\S+/lib(?:openblas|blas|mkl_rt|blis)\S*", Path("/proc/self/maps").read_text()))
    names = sorted("/".join(path.split("/")[-2:]) for path in paths)
    for path in paths:
        if "openblas" in Path(path).name:
            corename = ctypes.CDLL(path).openblas_get_corename
            corename.restype = ctypes.c_char_p
            names.append(f"core {corename().decode()}")
    return ", ".join(names) or "built in"
