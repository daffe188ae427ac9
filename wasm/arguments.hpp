#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "errors/message.hpp"
#include "lodestone/stft.hpp"

/// Arguments that several functions take.
namespace lodestone::abi {

inline Status check_enumerator(const char* field, int value, int last) {
  if (value >= 0 && value <= last) return {};
  return out_of_range(field, value, "0 to {}", last);
}

inline Result<StftConfig> stft_config(int size, int window_size, int hop, int window, int framing, double sample_rate) {
  if (auto bad = check_enumerator("window", window, static_cast<int>(Window::rectangular))) return *bad;
  if (auto bad = check_enumerator("framing", framing, static_cast<int>(Framing::lws))) return *bad;
  return StftConfig{size, window_size, hop, static_cast<Window>(window), static_cast<Framing>(framing), sample_rate};
}

/// A copy of frames that lie in the caller's memory, `[frames, stft.bins()]`.
template <class T>
Result<Frames<T>> copy_frames(const StftConfig& stft, const float* values, std::size_t frames, double length) {
  auto array = Array2<T>::create(frames, static_cast<std::uint64_t>(stft.bins()));
  if (!array) return array.error();
  if (frames > 0) std::memcpy(static_cast<void*>(array->data()), values, array->size() * sizeof(T));
  return Frames<T>{stft, std::move(*array), static_cast<std::uint64_t>(length)};
}

}  // namespace lodestone::abi
