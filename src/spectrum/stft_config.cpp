#include <string>

#include "errors/message.hpp"
#include "facts/tables.hpp"
#include "lodestone/stft.hpp"
#include "spectrum/fft.hpp"
#include "spectrum/window_sum.hpp"

namespace lodestone {
Status StftConfig::check() const {
  if (!is_fft_size(size)) {
    return out_of_range("size", size, "even numbers from {} to {} without prime factors above 13; the nearest is {}",
                        kMinFftSize, kMaxFftSize, nearest_fft_size(size));
  }
  if (window_size != 0 && (window_size < 2 || window_size > size)) {
    return out_of_range("window_size", window_size, "2 to {}, the FFT size, or 0 for the FFT size", size);
  }
  if (hop < 1 || hop > window_length()) return out_of_range("hop", hop, "1 to {}, the window length", window_length());
  return check_fields(*this);
}

Status StftConfig::check_invertible() const {
  if (auto error = check()) return error;
  const auto sum = WindowSum::create(*this);
  if (!sum) return sum.error();
  if (sum->invertible()) return {};
  return refused(
      "hop is {}, too large for an inverse with a {} window of {} samples: between the windows the sum of their "
      "squares "
      "falls below a thousandth of its maximum; {} or less is safe",
      hop, window_name(window), window_length(), window_length() / 2);
}

}  // namespace lodestone
