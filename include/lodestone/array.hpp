#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

#include "lodestone/result.hpp"

namespace lodestone {

namespace detail {

inline constexpr std::size_t alignment = 64;

/// Uninitialised bytes (a multiple of 64) on a 64-byte boundary, or null.
[[gnu::noinline]] inline void* take_bytes(std::size_t bytes) {
#if defined(__EMSCRIPTEN__)
  // Emscripten's aligned_alloc grows the memory by the size of the block alone and, if the alignment then leaves too
  // little room, by the whole size again. For large blocks, a plain malloc and free makes enough room first.
  if (bytes > (4u << 20)) {
    void* volatile room = std::malloc(bytes + alignment);
    std::free(room);
  }
#endif
  return std::aligned_alloc(alignment, bytes);
}

/// Zeros on a 64-byte boundary, or null.
[[gnu::noinline]] inline void* take_zeros(std::uint64_t count, std::size_t value_size) {
  if (count > (std::numeric_limits<std::ptrdiff_t>::max() - alignment) / value_size) return nullptr;
  const auto bytes = static_cast<std::size_t>((count * value_size + alignment - 1) / alignment * alignment);
  void* const block = take_bytes(bytes);
  if (block) std::memset(block, 0, bytes);
  return block;
}

/// The error of a failed `create`.
Error no_memory(std::uint64_t rows, std::uint64_t cols, std::size_t value_size);

}  // namespace detail

/// A block of `size()` values on a 64-byte boundary that owns its memory. Movable; copying is explicit (`clone`)
/// because an allocation can fail.
template <class T>
class Buffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Buffer() = default;

  /// A block of `size` zeros, or out_of_memory.
  static Result<Buffer> create(std::uint64_t size) {
    Buffer buffer;
    if (size > 0) buffer.data_.reset(static_cast<T*>(detail::take_zeros(size, sizeof(T))));
    if (size > 0 && !buffer.data_) return detail::no_memory(size, 1, sizeof(T));
    buffer.size_ = static_cast<std::size_t>(size);
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

  std::unique_ptr<T, Free> data_;
  std::size_t size_ = 0;
};

/// A dense row-major matrix `[rows, cols]` that owns its memory; frames are rows.
template <class T>
class Array2 {
 public:
  Array2() = default;
  Array2(Array2&& other) noexcept { *this = std::move(other); }
  Array2& operator=(Array2&& other) noexcept {
    values_ = std::move(other.values_);
    rows_ = std::exchange(other.rows_, 0);
    cols_ = std::exchange(other.cols_, 0);
    return *this;
  }

  /// Zeros, or out_of_memory if `rows * cols` overflows or the allocation fails.
  static Result<Array2> create(std::uint64_t rows, std::uint64_t cols) {
    if (cols != 0 && rows > std::numeric_limits<std::uint64_t>::max() / cols) {
      return detail::no_memory(rows, cols, sizeof(T));
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
