#include "network/tensor.hpp"

#include <array>
#include <cmath>
#include <cstring>

#include "errors/message.hpp"
#include "network/half.hpp"

namespace lodestone {

namespace {

struct DTypeInfo {
  std::string_view name;
  std::size_t size;
};

constexpr std::array<DTypeInfo, 6> dtypes{{{"U8", 1}, {"I32", 4}, {"I64", 8}, {"F16", 2}, {"F32", 4}, {"F64", 8}}};

template <class T>
T load(ByteView bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

template <class T>
T load_element(DType dtype, ByteView bytes) {
  switch (dtype) {
    case DType::u8:
      return static_cast<T>(load<std::uint8_t>(bytes));
    case DType::i32:
      return static_cast<T>(load<std::int32_t>(bytes));
    case DType::i64:
      return static_cast<T>(load<std::int64_t>(bytes));
    case DType::f16:
      return static_cast<T>(float{load<Half>(bytes)});
    case DType::f32:
      return static_cast<T>(load<float>(bytes));
    case DType::f64:
      break;
  }
  return static_cast<T>(load<double>(bytes));
}

template <class T>
Status copy_values(const TensorView& tensor, std::span<T> values) {
  if (tensor.count() != values.size() || tensor.bytes.size() != values.size() * dtype_size(tensor.dtype)) {
    return malformed("tensor {} {}: expected {} values, found {} bytes", quoted(tensor.name), tensor.shape,
                     values.size(), tensor.bytes.size());
  }
  ByteView bytes = tensor.bytes;
  for (T& value : values) {
    value = load_element<T>(tensor.dtype, bytes);
    bytes = bytes.subspan(dtype_size(tensor.dtype));
  }
  return {};
}

template <class T>
Result<Buffer<T>> to_values(const TensorView& tensor) {
  auto values = Buffer<T>::create(tensor.bytes.size() / dtype_size(tensor.dtype));
  if (!values) return values;
  if (auto error = copy_values(tensor, std::span<T>(*values))) return *error;
  return values;
}

Status check_values(const TensorView& tensor, float lowest, const char* allowed) {
  const std::size_t count = tensor.bytes.size() / dtype_size(tensor.dtype);
  for (std::size_t i = 0; i < count; ++i) {
    const float value = float_at(tensor, i);
    if (!std::isfinite(value) || value < lowest) {
      return malformed("{}[{}] is {}; allowed: {}", tensor.name, i, double{value}, allowed);
    }
  }
  return {};
}

TensorView view(std::string_view name, std::span<const float> values) {
  return {std::string(name), DType::f32, {values.size()}, std::as_bytes(values)};
}

}  // namespace

std::string_view dtype_name(DType dtype) { return dtypes[static_cast<std::size_t>(dtype)].name; }
std::size_t dtype_size(DType dtype) { return dtypes[static_cast<std::size_t>(dtype)].size; }

bool parse_dtype(std::string_view name, DType& dtype) {
  for (std::size_t i = 0; i < dtypes.size(); ++i) {
    if (dtypes[i].name == name) {
      dtype = static_cast<DType>(i);
      return true;
    }
  }
  return false;
}

bool checked_count(std::span<const std::uint64_t> shape, std::uint64_t& count) {
  count = 1;
  for (const std::uint64_t size : shape) {
    if (__builtin_mul_overflow(count, size, &count)) return false;
  }
  return true;
}

std::uint64_t TensorView::count() const {
  std::uint64_t count;
  return checked_count(shape, count) ? count : UINT64_MAX;
}

float float_at(const TensorView& tensor, std::size_t i) {
  return load_element<float>(tensor.dtype, tensor.bytes.subspan(i * dtype_size(tensor.dtype)));
}

Status copy_floats(const TensorView& tensor, std::span<float> values) { return copy_values(tensor, values); }

Result<Buffer<float>> to_floats(const TensorView& tensor) { return to_values<float>(tensor); }
Result<Buffer<double>> to_doubles(const TensorView& tensor) { return to_values<double>(tensor); }

Result<Buffer<std::int64_t>> to_integers(const TensorView& tensor) {
  if (tensor.dtype == DType::f16 || tensor.dtype == DType::f32 || tensor.dtype == DType::f64) {
    return malformed("tensor {} is {}; allowed: U8, I32, I64", quoted(tensor.name), dtype_name(tensor.dtype));
  }
  return to_values<std::int64_t>(tensor);
}

Status check_finite(const TensorView& tensor) {
  return check_values(tensor, -std::numeric_limits<float>::infinity(), "finite values");
}
Status check_magnitudes(const TensorView& tensor) { return check_values(tensor, 0, "finite values from 0"); }

Status check_finite(std::string_view name, std::span<const float> values) { return check_finite(view(name, values)); }
Status check_magnitudes(std::string_view name, std::span<const float> values) {
  return check_magnitudes(view(name, values));
}

}  // namespace lodestone
