#pragma once

#include <string_view>

#include "cli/host.hpp"
#include "lodestone/model.hpp"
#include "lodestone/stft.hpp"

namespace lodestone::cli {

struct SpectrogramStyle {
  int width = 1200;
  int height = 600;
  bool logarithmic = false;  ///< frequency axis
  double range_db = 90;      ///< from the brightest colour down to the darkest
};

/// Time to the right, frequency upwards, loudness as colour; 0 dB is a sine at full scale.
Result<Picture> draw_spectrogram(const Magnitudes& magnitudes, const SpectrogramStyle& style, std::string_view title);

/// The losses of a model over its epochs. invalid_data if it has none.
Result<Picture> draw_losses(const Model& model, int width, int height, std::string_view title);

}  // namespace lodestone::cli
