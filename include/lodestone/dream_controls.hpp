#pragma once

namespace lodestone {

/// The controls of a dream, read at the start of each hop. Values outside a range are clamped, NaN becomes the default,
/// and values below 1e-6 become 0.
struct DreamControls {
  /// 0 .. 1, where in the training sound the dream starts. A change moves the cursor there, which `pull` pulls to; the
  /// cursor advances by one frame with each dreamed frame and starts over at the end.
  float position = 0;
  /// 0 .. 1: the network is fed (1 − pull)·dream + pull·training sound at the cursor.
  float pull = 0;
  /// 0 .. 4 dreamed frames per hop, interpolated linearly. 1: exactly the dream; 0: the present frame is held. The
  /// network's work grows with it.
  float speed = 1;
  /// 0 .. 1, the chance per dreamed frame of a jump to a random place in the training sound.
  float randomness = 0;
  /// 0 .. 4: each bin m becomes m·exp(temperature·σ·n) before it is fed back, n normal, σ the model's residual for the
  /// bin. 1: as uncertain as the network was about frames that it had not learned.
  float temperature = 0;
  /// 0 .. 1: the network is fed (1 − drive)·the above + drive·the driver's magnitudes. No effect without a driver.
  float drive = 0;
};

}  // namespace lodestone
