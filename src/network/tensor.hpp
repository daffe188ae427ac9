#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "lodestone/tensor.hpp"

namespace lodestone {

/// The dtype of that name in safetensors; false if Lodestone does not support it.
bool parse_dtype(std::string_view name, DType& dtype);

/// The number of elements of a shape; false if it does not fit in 64 bits.
bool checked_count(std::span<const std::uint64_t> shape, std::uint64_t& count);

/// A value as float32.
float float_at(const TensorView& tensor, std::size_t i);

/// The values of a float32 tensor on a 4-byte boundary, where they lie.
inline std::span<const float> floats(const TensorView& tensor) {
  return {reinterpret_cast<const float*>(tensor.bytes.data()), tensor.bytes.size() / sizeof(float)};
}

/// `to_floats` into existing memory. Fails if the number of values differs.
Status copy_floats(const TensorView& tensor, std::span<float> values);

/// Empty, or an error that names a value that is not a finite float32: "NAME[123] is nan; allowed: finite values".
Status check_finite(const TensorView& tensor);
Status check_finite(std::string_view name, std::span<const float> values);
/// Like check_finite, and no value may be negative.
Status check_magnitudes(const TensorView& tensor);
Status check_magnitudes(std::string_view name, std::span<const float> values);

}  // namespace lodestone
