#pragma once

#include <cstddef>

namespace lodestone {

/// The windows of a pass are divided into this many shards, in order and as evenly as possible. A sum over all windows
/// is computed within each shard first, then over the shards as a balanced binary tree, so that branches of the tree
/// can be computed separately and still give bit-identical sums.
inline constexpr std::size_t shard_count = 8;

/// The first of `count` windows in the shard; `count` for shard_count.
constexpr std::size_t shard_begin(std::size_t shard, std::size_t count) { return count * shard / shard_count; }

/// The largest number of windows in any of `parts` parts, out of `count` windows.
constexpr std::size_t largest_part(std::size_t parts, std::size_t count) { return (count + parts - 1) / parts; }

/// The shards that belong to one part of a pass: a branch of the tree.
class Shards {
 public:
  Shards() = default;
  /// Divides `windows` windows; if the pass is not `shared`, all of them are in the first shard.
  Shards(std::size_t windows, bool shared, std::size_t part, std::size_t parts)
      : first_(shard_count * part / parts),
        end_(shard_count * (part + 1) / parts),
        windows_(windows),
        shared_(shared) {}

  std::size_t first() const { return first_; }
  std::size_t end() const { return end_; }
  /// The first window of a shard; the number of windows for shard_count.
  std::size_t begin_of(std::size_t shard) const {
    if (!shared_) return shard > 0 ? windows_ : 0;
    return shard_begin(shard, windows_);
  }
  /// Whether another part does all the work.
  bool idle() const { return !shared_ && first_ > 0; }
  /// How many of the part's shards have to be summed.
  std::size_t count() const { return shared_ ? end_ - first_ : 1; }

 private:
  std::size_t first_ = 0, end_ = 0, windows_ = 0;
  bool shared_ = true;
};

}  // namespace lodestone
