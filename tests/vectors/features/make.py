#!/usr/bin/env python3
"""Writes the features that tests/native/features compares with: NumPy in double precision, each quantity from its
definition (see include/lodestone/features.hpp). Run it without arguments; it fills its own folder."""

import os

import numpy as np

FOLDER = os.path.dirname(os.path.abspath(__file__))


def slaney_hz(mel):
    return np.where(mel < 15, mel * 200 / 3, 1000 * 6.4 ** ((mel - 15) / 27))


def slaney_mel(hz):
    return hz * 3 / 200 if hz < 1000 else 15 + 27 * np.log(hz / 1000) / np.log(6.4)


def mel_weights(bands, size, rate):
    """librosa.filters.mel(sr=rate, n_fft=size, n_mels=bands)"""
    edges = slaney_hz(np.linspace(0, slaney_mel(rate / 2), bands + 2))
    hz = np.arange(size // 2 + 1) * rate / size
    rows = []
    for low, middle, high in zip(edges, edges[1:], edges[2:]):
        triangle = np.minimum((hz - low) / (middle - low), (high - hz) / (high - middle))
        rows.append(np.maximum(triangle, 0) * 2 / (high - low))
    return np.array(rows)


def cepstrum(decibels, count):
    """Orthonormal DCT-II."""
    n = len(decibels)
    rows = np.cos(np.pi * np.arange(count)[:, None] * (np.arange(n) + 0.5) / n) * np.sqrt(2 / n)
    rows[0] /= np.sqrt(2)
    return rows @ decibels


def yin(frame, rate):
    """de Cheveigné & Kawahara 2002: equations 6 and 8, threshold 0.1, parabola through d."""
    half = len(frame) // 2
    d = np.array([np.sum((frame[:half] - frame[lag : lag + half]) ** 2) for lag in range(half + 1)])
    if not d.any():
        return 0, 0
    mean = np.cumsum(d[1:]) / np.arange(1, half + 1)
    normalised = np.concatenate(([1], np.where(mean > 0, d[1:] / np.where(mean > 0, mean, 1), 1)))
    lags = np.arange(2, half)
    below = lags[normalised[lags] < 0.1]
    if len(below):
        lag = below[0]
        while lag + 1 < half and normalised[lag + 1] < normalised[lag]:
            lag += 1
    else:
        lag = lags[np.argmin(normalised[lags])]
    before, here, after = d[lag - 1 : lag + 2]
    bend = before - 2 * here + after
    shift = np.clip((before - after) / (2 * bend), -0.5, 0.5) if bend > 0 else 0
    return rate / (lag + shift), max(1 - normalised[lag], 0)


def analyse(signal, size, hop, rate, window, bands, coefficients):
    weights = mel_weights(bands, size, rate)
    hz = np.arange(size // 2 + 1) * rate / size
    before, mel_before = np.zeros(len(hz)), None
    frames = []
    for start in range(0, len(signal) - size + 1, hop):
        frame = signal[start : start + size].astype(np.float64)
        m = np.abs(np.fft.rfft(frame * window))
        power = np.maximum(m**2, 1e-10)
        decibels = np.maximum(20 * np.log10(np.maximum(m, 1e-20) / (window.sum() / 2)), -120)
        mel = weights @ m**2
        mel_decibels = 10 * np.log10(np.maximum(mel, 1e-10))
        rise = 0 if mel_before is None else np.mean(np.maximum(mel_decibels - mel_before, 0))
        pitch, confidence = yin(frame, rate)
        scalars = [
            np.sqrt(np.mean(frame**2)),
            np.sum(hz * m) / m.sum() if m.any() else 0,
            np.exp(np.mean(np.log(power))) / np.mean(power),
            hz[np.argmax(np.cumsum(m) >= 0.85 * m.sum())],
            np.linalg.norm(m - before),
            rise,
            pitch,
            confidence,
        ]
        before, mel_before = m, mel_decibels
        frames.append(np.concatenate((scalars, m, decibels, mel, cepstrum(mel_decibels, coefficients))))
    return np.array(frames)


def sound(count, rate):
    """A falling harmonic tone, silence, a burst of noise, another tone with little noise."""
    random = np.random.default_rng(1)
    time = np.arange(count) / rate
    quarter = count // 4
    signal = np.zeros(count)
    tone = sum(np.sin(2 * np.pi * 233.1 * h * time + h) / h for h in range(1, 12))
    signal[:quarter] = 0.4 * tone[:quarter] * np.exp(-6 * time[:quarter])
    signal[2 * quarter : 3 * quarter] = random.uniform(-0.5, 0.5, quarter)
    last = slice(3 * quarter, count)
    signal[last] = 0.3 * np.sin(2 * np.pi * 1234.5 * time[last]) + random.normal(0, 0.01, count - 3 * quarter)
    return signal.astype(np.float32)


def hann(size):
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)


def blackman(size):
    turns = 2 * np.pi * np.arange(size) / size
    return 0.42 - 0.5 * np.cos(turns) + 0.08 * np.cos(2 * turns)


def write(name, count, size, hop, rate, window, bands, coefficients):
    signal = sound(count, rate)
    frames = analyse(signal, size, hop, rate, window(size), bands, coefficients)
    np.save(os.path.join(FOLDER, name + "-signal.npy"), signal[None])
    np.save(os.path.join(FOLDER, name + "-frames.npy"), frames.astype(np.float32))


write("hann-1024", 8192, 1024, 512, 22050, hann, 40, 13)
write("blackman-960", 9600, 960, 600, 48000, blackman, 24, 24)
