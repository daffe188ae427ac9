#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace lodestone {

/// Cuts one block of memory into arrays on 64-byte boundaries. Without a block it only adds up what they need, so that
/// one function lays out an object's memory, foretells its size, and cannot do one without the other.
class Arena {
 public:
  explicit Arena(std::byte* block = nullptr) : block_(block) {}

  /// The next array; empty without a block.
  template <class T>
  std::span<T> take(std::uint64_t count) {
    std::span<T> array;
    if (block_) array = {reinterpret_cast<T*>(block_ + size_), static_cast<std::size_t>(count)};
    size_ += (count * sizeof(T) + 63) / 64 * 64;
    return array;
  }

  /// Bytes of all arrays so far.
  std::uint64_t size() const { return size_; }

 private:
  std::byte* block_;
  std::uint64_t size_ = 0;
};

}  // namespace lodestone
