#!/usr/bin/env python3
"""Checks the measures on Gaussians, frames and sounds whose answer is known."""

import unittest

import numpy

import measures
from measures import Reference, distance_to_nearest, flux, frechet, magnitudes, variety

RATE = 44100


def noise(frames, seed, bins=1025):
    return numpy.abs(numpy.random.default_rng(seed).standard_normal((frames, bins)))


class Frechet(unittest.TestCase):
    def test_of_independent_coordinates(self):
        """If both covariances are diagonal, the distance is Σ (μ₁ − μ₂)² + (σ₁ − σ₂)²."""
        signs = numpy.array([[1, 1], [1, -1], [-1, 1], [-1, -1]], float)
        root = numpy.sqrt(3 / 4)  # the variance is that of a sample: Σ x² / (n − 1)
        a, b = signs * root * [1, 2], signs * root * [4, 3] + [5, -7]
        self.assertAlmostEqual(frechet(a, b), 25 + 49 + 9 + 1, places=9)

    def test_of_correlated_coordinates(self):
        """The same after a rotation, which makes both covariances full."""
        random = numpy.random.default_rng(1)
        a, b = random.standard_normal((500, 4)), 2 * random.standard_normal((500, 4)) + 1
        rotation = numpy.linalg.qr(random.standard_normal((4, 4)))[0]
        self.assertAlmostEqual(frechet(a @ rotation, b @ rotation), frechet(a, b), places=9)
        self.assertAlmostEqual(frechet(a, a), 0, places=6)


class Frames(unittest.TestCase):
    def test_mel_filters(self):
        filters = measures.mel_filters(RATE)
        self.assertEqual(filters.shape, (48, 1025))
        numpy.testing.assert_allclose(filters.sum(1), 1)
        centres = filters @ (numpy.arange(1025) * RATE / 2048)
        self.assertTrue(numpy.all(numpy.diff(centres) > 0))
        self.assertAlmostEqual(float(measures.mel(1000)), 1000, delta=0.1)  # by definition of the scale

    def test_magnitudes_of_a_sine(self):
        """In the middle of a bin: half the sum of the window times the amplitude."""
        sine = 0.5 * numpy.sin(2 * numpy.pi * 100 / 2048 * numpy.arange(8192))
        frames = magnitudes(sine)
        self.assertEqual(frames.shape, (13, 1025))
        numpy.testing.assert_allclose(frames[:, 100], 0.5 * 2048 / 4, rtol=1e-9)

    def test_flux_and_variety(self):
        frames = numpy.array([[0, 0], [3, 4], [0, 0], [3, 4]], float)
        self.assertEqual(flux(frames), 5)
        self.assertEqual(variety(frames), 2.5)

    def test_distance_to_nearest(self):
        known = numpy.arange(40.0)[:, None]
        self.assertEqual(distance_to_nearest(known[5:20], known), 0)
        shifted = known[5:20] + 0.25
        self.assertAlmostEqual(distance_to_nearest(shifted, known), 0.25 * numpy.sqrt(10), places=6)


class Dreams(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        envelope = 1 + numpy.sin(numpy.arange(400) / 7)[:, None]
        cls.sound = noise(400, 1) * envelope
        cls.reference = Reference(cls.sound, RATE)

    def test_the_sound_itself(self):
        found = self.reference.compare(self.sound)
        self.assertAlmostEqual(found["likeness"], 0, places=6)
        self.assertAlmostEqual(found["flux"], 1, places=9)
        self.assertAlmostEqual(found["variety"], 1, delta=0.2)
        self.assertAlmostEqual(found["novelty"], 0, places=6)

    def test_one_half_is_worth_one(self):
        """That is how likeness and novelty are scaled."""
        half = Reference(self.sound[:200], RATE)
        first, second = (half.levels(measures.band_energies(x, RATE)) for x in (self.sound[:100], self.sound[100:200]))
        self.assertAlmostEqual(half.own_novelty, distance_to_nearest(first, second), places=9)
        self.assertAlmostEqual(half.own_distance, frechet(measures.pairs(first), measures.pairs(second)), places=6)

    def test_a_frozen_dream(self):
        frozen = numpy.repeat(self.sound[7:8], 300, axis=0)
        found = self.reference.compare(frozen)
        self.assertAlmostEqual(found["flux"], 0, places=12)
        self.assertAlmostEqual(found["variety"], 0, places=12)
        self.assertGreater(found["likeness"], 1)

    def test_another_sound(self):
        """White noise without the envelope is further away than noise with it."""
        more = noise(400, 2) * (1 + numpy.sin(numpy.arange(400) / 7)[:, None])
        same, other = self.reference.compare(more), self.reference.compare(noise(400, 3))
        self.assertLess(same["likeness"], 0.5 * other["likeness"])
        self.assertGreater(same["novelty"], 0.5)

    def test_frames_that_are_too_soft_do_not_count(self):
        hiss = 1e-4 * self.sound.max() * noise(400, 4)
        quiet = numpy.concatenate([self.sound, numpy.zeros((100, 1025))])
        hissing = numpy.concatenate([self.sound, hiss[:100]])
        reference = Reference(quiet, RATE)
        self.assertAlmostEqual(reference.compare(hissing)["likeness"], 0, delta=1e-6)
        further = Reference(quiet, RATE, measures.QUIET_RANGE)
        self.assertGreater(further.compare(hissing)["likeness"], 1e-3)


if __name__ == "__main__":
    unittest.main()
