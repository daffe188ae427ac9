#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "training/stretches.hpp"

namespace lodestone {

/// The windows of a pass, of equal length and processed in parallel. At step t the window that starts at frame s reads
/// frame s + t and, if the step is scored, predicts frame s + t + 1.
struct Pass {
  std::span<const std::int64_t> starts;     ///< ascending, except for stretches
  std::size_t length;                       ///< frames of each window
  std::size_t first_scored;                 ///< the first step whose predictions count
  std::size_t scored;                       ///< number of scored predictions of all windows
  bool learns = true;                       ///< whether there is a backward pass
  bool batch_statistics;                    ///< BatchNorm uses the statistics of the pass, not the running ones
  bool shared = true;                       ///< whether it is divided into shards; if not, all of it is the first shard
  std::span<const Stretch> stretches = {};  ///< of each window, if windows continue from a state; see `carried`
  std::span<const float> carried = {};      ///< those states, see Backpropagation::carry
  std::span<const float> heard = {};        ///< read instead of the frames, which remain the targets
  std::span<const float> importance = {};   ///< weights of the squared errors that are minimised `[bins]`
  std::span<const float> energies = {};     ///< and of those that are reported as the loss
  std::span<const float> outside = {};      ///< added to the loss of a prediction of this frame `[frames]`, if any

  /// Windows that predict the frame after them.
  static Pass windows(std::span<const std::int64_t> starts, std::size_t length, bool learns, bool batch_statistics) {
    return {starts, length, length - 1, starts.size(), learns, batch_statistics};
  }
};

}  // namespace lodestone
