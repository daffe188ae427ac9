"""Reads WAV files as magnitude frames and windows of frames."""
import wave
from pathlib import Path

import numpy
import torch


def read_wav(path):
    """Samples [count], the mean of the channels, in ±1, and the sample rate; of integer PCM."""
    try:
        with wave.open(str(path)) as file:
            width, rate, channels = file.getsampwidth(), file.getframerate(), file.getnchannels()
            content = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise SystemExit(f"{path}: {error}; needed: a WAV file of integers (PCM)")
    if width == 1:  # the only unsigned width
        integers = (numpy.frombuffer(content, numpy.uint8).astype(numpy.int32) - 128) << 24
    else:  # each value becomes the upper bytes of 32 bits
        integers = numpy.zeros((len(content) // width, 4), numpy.uint8)
        integers[:, 4 - width :] = numpy.frombuffer(content, numpy.uint8).reshape(-1, width)
        integers = integers.view("<i4")[:, 0]
    return torch.from_numpy(integers.reshape(-1, channels).mean(axis=1) / 2**31).float(), rate


def magnitudes(samples, size, hop):
    """[frames, size / 2 + 1]: periodic Hann window, centred, reflected ends, like Lodestone's framing `centered`."""
    window = torch.hann_window(size)
    return torch.stft(samples, size, hop, window=window, return_complex=True).abs().T.contiguous()


class Windows(torch.utils.data.Dataset):
    """All windows of a corpus and the frame after each; no window spans two sounds. Item: [sequence, bins], [bins]."""

    def __init__(self, folder, size, hop, sequence, scale):
        paths = [Path(folder)] if Path(folder).is_file() else sorted(Path(folder).rglob("*.wav"))
        clips = [(path, *read_wav(path)) for path in paths]
        rates = {rate for _, _, rate in clips}
        if len(rates) != 1:
            raise SystemExit(f"{folder} has sample rates {sorted(rates)}; needed: WAV files of one rate")
        self.rate = rates.pop()
        spectra = [magnitudes(samples, size, hop) for _, samples, _ in clips if len(samples) > size // 2]
        starts, first = [], 0
        for frames in spectra:
            starts += range(first, first + len(frames) - sequence)
            first += len(frames)
        if not starts:
            needed = sequence * hop / self.rate
            raise SystemExit(f"every sound in {folder} is too short for one window; needed: {needed:.2f} s or more")
        self.linear = torch.cat(spectra)
        self.frames = self.linear.log1p() if scale == "log1p" else self.linear
        self.starts, self.sequence = starts, sequence

    def __len__(self):
        return len(self.starts)

    def __getitem__(self, index):
        start = self.starts[index]
        return self.frames[start : start + self.sequence], self.frames[start + self.sequence]
