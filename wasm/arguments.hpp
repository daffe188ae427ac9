#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "abi.hpp"
#include "lodestone/fields.hpp"
#include "lodestone/stft.hpp"

/// Arguments used by several functions.
namespace lodestone::abi {

/// A configuration from its fields, see read_fields.
template <class Config>
Result<Config> configuration(const double* numbers, std::size_t count) {
  Config config;
  if (auto bad = read_fields({numbers, count}, config)) return *bad;
  return config;
}

/// The handle of an object created from such a configuration, or null.
template <class T, class Config>
T* create_from(const double* numbers, std::size_t count) {
  const auto config = configuration<Config>(numbers, count);
  return hand_over(config ? T::create(*config) : Result<T>(config.error()));
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
