"""Measures how close a dream is to the sound it was learned from. Needs only numpy.

All measures are taken on log-mel frames: what the ear resolves, not what the STFT does. `likeness` and `novelty` are
shares of what one half of the training sound is worth as a model of the other half, `flux` and `variety` are shares of
the training sound's own, so that 1 means the same thing for every sound.
"""

import numpy

BANDS = 48
SIZE, HOP = 2048, 512
RANGE = 60  # dB below the training sound's loudest band that still count; anything softer is masked by it
QUIET_RANGE = 80  # the same for `quiet likeness`: in pauses and tails nothing masks it
STRETCH = 10  # frames that `novelty` compares


def mel(hertz):
    """O'Shaughnessy 1987."""
    return 2595 * numpy.log10(1 + numpy.asarray(hertz) / 700)


def hertz(mels):
    return 700 * (10 ** (numpy.asarray(mels) / 2595) - 1)


def mel_filters(rate, bands=BANDS, size=SIZE):
    """Triangles of equal width in mel, from 0 to half the rate, each of area 1: `[bands, bins]`."""
    corners = hertz(numpy.linspace(0, mel(rate / 2), bands + 2))
    bins = numpy.arange(size // 2 + 1) * rate / size
    low, middle, high = (corners[i : bands + i, None] for i in range(3))
    triangles = numpy.maximum(0, numpy.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)))
    return triangles / triangles.sum(1, keepdims=True)


def magnitudes(samples, size=SIZE, hop=HOP):
    """STFT with a periodic Hann window, no padding: `[frames, bins]`."""
    window = 0.5 - 0.5 * numpy.cos(2 * numpy.pi * numpy.arange(size) / size)
    frames = numpy.lib.stride_tricks.sliding_window_view(numpy.asarray(samples, numpy.float64), size)[::hop]
    return numpy.abs(numpy.fft.rfft(frames * window))


def band_energies(frames, rate):
    """Mean power in each mel band of magnitude frames: `[frames, bands]`."""
    return numpy.asarray(frames, numpy.float64) ** 2 @ mel_filters(rate, size=2 * (len(frames[0]) - 1)).T


class Reference:
    """The training sound, with which dreams are compared."""

    def __init__(self, frames, rate, decibels=RANGE):
        """Magnitude frames `[frames, bins]` of the training sound, of which so many decibels count."""
        self.rate = rate
        energies = band_energies(frames, rate)
        self.floor = energies.max() * 10 ** (-decibels / 10)
        self.frames = self.levels(energies)
        half = len(self.frames) // 2
        self.halves = self.frames[:half], self.frames[half:]
        self.own_distance = frechet(pairs(self.halves[0]), pairs(self.halves[1]))
        self.own_novelty = distance_to_nearest(self.halves[0], self.halves[1])

    def levels(self, energies):
        """In dB, at least the floor."""
        return 10 * numpy.log10(numpy.maximum(energies, self.floor))

    def compare(self, frames):
        """All measures of a dream's magnitude frames."""
        dream = self.levels(band_energies(frames, self.rate))
        last = dream[2 * len(dream) // 3 :]
        return {
            "likeness": frechet(pairs(dream), pairs(self.frames)) / self.own_distance,
            "flux": flux(dream) / flux(self.frames),
            "variety": variety(last) / variety(self.frames),
            "novelty": distance_to_nearest(dream, self.frames) / self.own_novelty,
        }


def pairs(frames):
    """Each frame with the next one, `[frames − 1, 2·bands]`, so that changes over time count too."""
    return numpy.hstack([frames[:-1], frames[1:]])


def frechet(a, b):
    """Fréchet distance between the Gaussians fitted to the rows of `a` and of `b`: ‖μ₁ − μ₂‖² + tr(C₁ + C₂ −
    2(C₁C₂)^½), whose trace needs only the eigenvalues of C₁C₂, real and not negative as those of a product of two
    positive semidefinite matrices."""
    difference = a.mean(0) - b.mean(0)
    first, second = numpy.cov(a, rowvar=False), numpy.cov(b, rowvar=False)
    roots = numpy.sqrt(numpy.maximum(0, numpy.linalg.eigvals(first @ second).real))
    return float(difference @ difference + numpy.trace(first) + numpy.trace(second) - 2 * roots.sum())


def flux(frames):
    """Mean distance from one frame to the next."""
    return float(numpy.linalg.norm(numpy.diff(frames, axis=0), axis=1).mean())


def variety(frames):
    """Root mean square distance from the mean frame."""
    return float(numpy.sqrt(frames.var(0).sum()))


def distance_to_nearest(frames, known):
    """Median distance of stretches of frames to the nearest stretch of `known`."""
    a, b = (stretches(x) for x in (frames, known))
    squares = (a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T
    return float(numpy.median(numpy.sqrt(numpy.maximum(0, squares.min(1)))))


def stretches(frames):
    """All runs of STRETCH frames `[runs, STRETCH·bands]`."""
    view = numpy.lib.stride_tricks.sliding_window_view(frames, STRETCH, axis=0)
    return view.reshape(len(view), -1)
