#pragma once

#include <algorithm>
#include <utility>

#include "magnet/live_content.hpp"

namespace lodestone {

/// How many bins a dream processes at once: more would make slices of work too long.
constexpr std::size_t bins_at_once = 64;

/// A model and the network that runs on its weights.
struct Slot {
  LiveModel model;
  Predictor predictor;

  static Result<Slot> create(Result<LiveModel> model, Mode mode) {
    if (!model) return model.error();
    auto predictor = Predictor::create(model->network(), model->content().weights, mode);
    if (!predictor) return predictor.error();
    return Slot{std::move(*model), std::move(*predictor)};
  }

  const LiveModel::Content& content() const { return model.content(); }
  const Limits& limits() const { return content().header().limits; }
  std::size_t rows() const { return model.frames(); }

  /// Predicts the bins from `first` on, as magnitudes.
  void predict(std::size_t first, std::span<float> magnitudes) const {
    std::copy_n(predictor.prediction().begin() + first, magnitudes.size(), magnitudes.begin());
    expand(model.network().scale, magnitudes);
    limits().tame(magnitudes);
  }
};

}  // namespace lodestone
