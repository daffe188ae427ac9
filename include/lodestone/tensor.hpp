#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lodestone/array.hpp"
#include "lodestone/result.hpp"

namespace lodestone {

using Bytes = Buffer<std::byte>;
using ByteView = std::span<const std::byte>;

/// The safetensors element types that Lodestone reads.
enum class DType { u8, i32, i64, f16, f32, f64 };

/// The name in the file (U8, I32, I64, F16, F32, F64) and the size in bytes.
std::string_view dtype_name(DType dtype);
std::size_t dtype_size(DType dtype);

/// A view of a tensor in the bytes that it was read from (little-endian, possibly unaligned: read it with `to_floats`).
struct TensorView {
  std::string name;
  DType dtype = DType::f32;
  std::vector<std::uint64_t> shape;
  ByteView bytes;

  std::uint64_t count() const;
};

/// The values converted to float32, `[count]`.
Result<Buffer<float>> to_floats(const TensorView& tensor);
Result<Buffer<double>> to_doubles(const TensorView& tensor);
/// Refused unless the dtype is an integer type.
Result<Buffer<std::int64_t>> to_integers(const TensorView& tensor);

}  // namespace lodestone
