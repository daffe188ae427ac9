#pragma once

namespace lodestone {

/// The knobs of a live dream, read at the start of each hop. Values beyond a range count as its nearer end, NaN as the
/// default, and what is below 1e-6 as 0. `rows` is the number of training frames.
struct DreamControls {
  /// 0 .. 1, where in the training sound the dream starts, from its first frame to its last. A change moves the cursor
  /// there; the cursor moves on by a frame with each frame dreamed, round and round, and is what `pull` pulls to.
  float position = 0;
  /// 0 .. 1: the network is fed (1 − pull)·dream + pull·training sound at the cursor.
  float pull = 0;
  /// 0 .. 4 dreamed frames a hop; what is heard lies between its two neighbours, linearly. 1: exactly the dream; 0:
  /// stands still and keeps sounding. Costs the network `speed` frames a hop.
  float speed = 1;
  /// 0 .. 1, the chance per dreamed frame of a jump to a random place in the training sound.
  float randomness = 0;
  /// 0 .. 4: each bin m becomes m·exp(temperature·σ·n), n normal, σ the model's residual of the bin; before it is fed
  /// back. 1: as uncertain as the network was about frames that it had not learned.
  float temperature = 0;
  /// 0 .. 1: the network is fed (1 − drive)·the above + drive·the driver's magnitudes. Nothing without a driver.
  float drive = 0;
};

}  // namespace lodestone
