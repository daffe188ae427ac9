#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "lodestone/formats.hpp"

namespace lodestone {

/// The dtype of that name in safetensors; false where Lodestone does not read it.
bool parse_dtype(std::string_view name, DType& dtype);

/// The number of elements of a shape; false where it does not fit 64 bits.
bool checked_count(std::span<const std::uint64_t> shape, std::uint64_t& count);

/// `to_floats` into memory that is there already. Refused where the number of values differs.
Status copy_floats(const TensorView& tensor, std::span<float> values);

/// Empty, or which value is not finite: "NAME[123] is nan; it must be finite".
Status check_finite(std::string_view name, std::span<const float> values);
/// As check_finite, and no value may be negative.
Status check_magnitudes(std::string_view name, std::span<const float> values);

}  // namespace lodestone
