#pragma once

#include <cstddef>

namespace lodestone {

/// Pieces into which the windows of a pass are cut, in order and as even as can be. What is summed over the windows is
/// the sum of each shard first, then a balanced binary tree over the shards, so that branches of the tree can be
/// computed apart.
inline constexpr std::size_t shard_count = 8;

/// The first of `count` windows that belongs to the shard; of shard_count: `count`.
constexpr std::size_t shard_begin(std::size_t shard, std::size_t count) { return count * shard / shard_count; }

/// Windows of the largest of `parts` parts, of `count` windows.
constexpr std::size_t largest_part(std::size_t parts, std::size_t count) { return (count + parts - 1) / parts; }

}  // namespace lodestone
