#include "lodestone/stft.hpp"

#include "verify/checks.hpp"

namespace lodestone::cli {

Status verify_stft(const Safetensors& file, Checks& checks) {
  constexpr double tolerance = 1e-5;  // of the largest magnitude: float32 and torch's order of summation
  constexpr std::uint64_t any_length[] = {0};
  const auto size = whole(file, "n_fft", 16, 65536);
  if (!size) return size.error();
  const auto hop = whole(file, "hop", 1, 65536);
  if (!hop) return hop.error();
  const auto signal = tensor(file, "signal", any_length);
  if (!signal) return signal.error();
  const auto reference = matrix(file, "magnitudes");
  if (!reference) return reference.error();
  const auto samples = to_floats(**signal);
  if (!samples) return samples.error();

  StftConfig config;
  config.size = *size;
  config.hop = *hop;
  auto stft = Stft::create(config);
  if (!stft) return stft.error();
  if (auto error = checks.advance(0, "magnitudes")) return error;
  const auto found = stft->magnitudes(*samples);
  if (!found) return found.error();
  checks.add("magnitudes", relative_error(found->values.all(), reference->all()), tolerance);
  return {};
}

}  // namespace lodestone::cli
