#include <string>

#include "lodestone/stft.hpp"
#include "message.hpp"
#include "spectrum/fft.hpp"
#include "spectrum/window_sum.hpp"

namespace lodestone {
namespace {

std::string range(int least, int most) { return std::to_string(least) + " to " + std::to_string(most); }

}  // namespace

Status StftConfig::check() const {
  if (!is_fft_size(size)) {
    return out_of_range("size", size,
                        "even numbers from " + range(kMinFftSize, kMaxFftSize) +
                            " without prime factors above 13; the nearest is " +
                            std::to_string(nearest_fft_size(size)));
  }
  if (window_size != 0 && (window_size < 2 || window_size > size)) {
    return out_of_range("window_size", window_size, range(2, size) + ", the FFT size, or 0 for the FFT size");
  }
  if (hop < 1 || hop > window_length())
    return out_of_range("hop", hop, range(1, window_length()) + ", the window length");
  if (window < Window::hann || window > Window::rectangular) {
    return out_of_range("window", static_cast<int>(window), range(0, static_cast<int>(Window::rectangular)));
  }
  if (framing < Framing::centered || framing > Framing::lws) {
    return out_of_range("framing", static_cast<int>(framing), range(0, static_cast<int>(Framing::lws)));
  }
  if (!(sample_rate >= 1 && sample_rate <= 768000)) return out_of_range("sample_rate", sample_rate, "1 to 768000 Hz");
  return {};
}

Status StftConfig::check_invertible() const {
  if (auto error = check()) return error;
  const auto sum = WindowSum::create(*this);
  if (!sum) return sum.error();
  if (sum->invertible()) return {};
  return Error{ErrorCode::invalid_argument,
               "hop is " + std::to_string(hop) + ", too far for an inverse with a " + std::string(window_name(window)) +
                   " window of " + std::to_string(window_length()) +
                   " samples: between the windows the sum of their squares falls below a thousandth of its maximum; " +
                   std::to_string(window_length() / 2) + " or less is safe"};
}

}  // namespace lodestone
