#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <span>
#include <type_traits>

#include "lodestone/result.hpp"

namespace lodestone {

/// A block of `size()` values on a 64-byte boundary that owns its memory. Movable; copies are asked for by `clone`,
/// because taking memory can fail.
template <class T>
class Buffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Buffer() = default;

  /// A block of `size` zeros, or out_of_memory.
  static Result<Buffer> create(std::uint64_t size) {
    constexpr std::uint64_t alignment = 64;
    if (size > (std::numeric_limits<std::ptrdiff_t>::max() - alignment) / sizeof(T)) return no_memory(size);
    Buffer buffer;
    buffer.size_ = static_cast<std::size_t>(size);
    if (size == 0) return buffer;
    const auto bytes = static_cast<std::size_t>((size * sizeof(T) + alignment - 1) / alignment * alignment);
    buffer.data_.reset(static_cast<T*>(std::aligned_alloc(alignment, bytes)));
    if (!buffer.data_) return no_memory(size);
    std::memset(static_cast<void*>(buffer.data_.get()), 0, bytes);
    return buffer;
  }

  Result<Buffer> clone() const {
    auto copy = create(size_);
    if (copy && size_ > 0) std::memcpy(static_cast<void*>(copy->data()), data(), size_ * sizeof(T));
    return copy;
  }

  std::size_t size() const { return data_ ? size_ : 0; }
  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  T& operator[](std::size_t i) { return data_.get()[i]; }
  const T& operator[](std::size_t i) const { return data_.get()[i]; }
  T* begin() { return data(); }
  T* end() { return data() + size(); }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size(); }

 private:
  struct Free {
    void operator()(T* block) const { std::free(block); }
  };

  static Error no_memory(std::uint64_t size) {
    return {ErrorCode::out_of_memory, "out of memory: a block of " + std::to_string(size) + " values of " +
                                          std::to_string(sizeof(T)) + " bytes cannot be had"};
  }

  std::unique_ptr<T, Free> data_;
  std::size_t size_ = 0;
};

/// A dense row-major matrix `[rows, cols]` that owns its memory; frames are rows.
template <class T>
class Array2 {
 public:
  Array2() = default;

  /// Zeros, or out_of_memory when `rows * cols` overflows or is not to be had.
  static Result<Array2> create(std::uint64_t rows, std::uint64_t cols) {
    if (cols != 0 && rows > std::numeric_limits<std::uint64_t>::max() / cols) {
      return Error{ErrorCode::out_of_memory, "out of memory: " + std::to_string(rows) + " x " + std::to_string(cols) +
                                                 " values overflow 64 bits"};
    }
    auto values = Buffer<T>::create(rows * cols);
    if (!values) return values.error();
    Array2 array;
    array.values_ = std::move(*values);
    array.rows_ = static_cast<std::size_t>(rows);
    array.cols_ = static_cast<std::size_t>(cols);
    return array;
  }

  Result<Array2> clone() const {
    auto values = values_.clone();
    if (!values) return values.error();
    Array2 copy;
    copy.values_ = std::move(*values);
    copy.rows_ = rows_;
    copy.cols_ = cols_;
    return copy;
  }

  std::size_t rows() const { return rows_; }
  std::size_t cols() const { return cols_; }
  std::size_t size() const { return values_.size(); }
  T* data() { return values_.data(); }
  const T* data() const { return values_.data(); }
  std::span<T> all() { return values_; }
  std::span<const T> all() const { return values_; }
  std::span<T> row(std::size_t r) { return {data() + r * cols_, cols_}; }
  std::span<const T> row(std::size_t r) const { return {data() + r * cols_, cols_}; }
  T& operator()(std::size_t r, std::size_t c) { return values_[r * cols_ + c]; }
  const T& operator()(std::size_t r, std::size_t c) const { return values_[r * cols_ + c]; }

 private:
  Buffer<T> values_;
  std::size_t rows_ = 0;
  std::size_t cols_ = 0;
};

}  // namespace lodestone
