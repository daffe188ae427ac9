#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace lodestone {

/// Divides one block of memory into arrays on 64-byte boundaries. Without a block it only adds up their sizes, so that
/// the same function predicts an object's size and lays out its memory, and the two can never disagree.
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

  /// Total bytes of the arrays so far.
  std::uint64_t size() const { return size_; }

 private:
  std::byte* block_;
  std::uint64_t size_ = 0;
};

}  // namespace lodestone
