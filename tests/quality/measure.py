#!/usr/bin/env python3
"""Compares dreams with the sound that they were learned from: measure.py SOUND.wav DREAM.wav...

Mono 16-bit WAV files with the same sample rate. Needs python3-numpy.
"""
import argparse
import wave

import numpy

from measures import Reference, magnitudes


def read(path):
    with wave.open(path) as file:
        if file.getnchannels() != 1 or file.getsampwidth() != 2:
            raise SystemExit(f"{path}: {file.getnchannels()} channels of {8 * file.getsampwidth()} bits; expected 1 of 16")
        return numpy.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768, file.getframerate()


def measure(sound, dreams):
    """The measures of each WAV file in `dreams`, compared with the WAV file `sound`."""
    samples, rate = read(sound)
    reference = Reference(magnitudes(samples), rate)
    for path in dreams:
        dream, dream_rate = read(path)
        if dream_rate != rate:
            raise SystemExit(f"{path}: {dream_rate} Hz; expected {rate} Hz, like {sound}")
        yield reference.compare(magnitudes(dream))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sound")
    parser.add_argument("dreams", nargs="+")
    arguments = parser.parse_args()
    for path, found in zip(arguments.dreams, measure(arguments.sound, arguments.dreams)):
        figures = (f"{name} {value:.2f}" for name, value in found.items())
        print(path, *figures, sep="  ")


if __name__ == "__main__":
    main()
