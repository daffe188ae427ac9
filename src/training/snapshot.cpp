#include <algorithm>

#include "facts/tables.hpp"
#include "training/engine.hpp"
#include "training/parameters.hpp"
#include "training/residuals.hpp"

namespace lodestone {

/// The weights of the best epoch, if there is one.
Result<Weights> Trainer::Engine::weights_of_model() {
  auto copy = weights.clone();
  if (copy && best.record.epoch > 0) unflatten(best.weights(), values_of(*copy));
  return copy;
}

/// Model::residuals over at most 64 evenly spaced windows, fewer for a large network, so that a snapshot stays cheap: a
/// tenth of a second in WebAssembly.
Result<Buffer<float>> Trainer::Engine::residuals(Weights& of) {
  const auto candidates = windows.to_measure();
  std::uint64_t window = 1;  // approximate multiplications per window
  for (const LstmWeights& layer : of.layers) window += layer.input.size() + layer.recurrent.size();
  window *= static_cast<std::uint64_t>(config.sequence);
  const auto most = static_cast<std::size_t>(std::clamp<std::uint64_t>(2'000'000'000 / window, 4, 64));
  std::vector<std::int64_t> frames(std::min(candidates.size(), most));
  for (std::size_t i = 0; i < frames.size(); ++i) frames[i] = candidates[candidates.size() * i / frames.size()];
  auto predicted = predict_frames(of, frames);
  if (!predicted) return predicted.error();
  expand(config.scale, predicted->all());
  for (std::int64_t& frame : frames) {  // from the start of a window to its target
    frame = static_cast<std::int64_t>(groups.frame(static_cast<std::uint64_t>(frame + config.sequence)));
  }
  return residual_spread(sound.values, frames, *predicted);
}

/// Predicts the group after each window, in the network's scale.
Result<Array2<float>> Trainer::Engine::predict_frames(Weights& of, std::span<const std::int64_t> starts) {
  auto predicted = predict(of, starts);
  if (!predicted || config.components == 0) return predicted;
  auto frames = Array2<float>::create(starts.size(), static_cast<std::uint64_t>(outer.width()));
  if (!frames) return frames;
  if (auto failed = subspace.decode(predicted->all(), frames->all())) return *failed;
  return frames;
}

/// The same as values that the network predicts.
Result<Array2<float>> Trainer::Engine::predict(Weights& of, std::span<const std::int64_t> starts) {
  auto predicted = Array2<float>::create(starts.size(), static_cast<std::uint64_t>(network.bins));
  Backpropagation& passes = workspaces[0];
  for (std::size_t done = 0; predicted && done < starts.size();) {
    const std::size_t some = std::min(starts.size() - done, passes.capacity());
    Pass over = pass_over(starts.subspan(done, some), false);
    passes.begin(of, frames(), weighted(over));
    while (passes.run(0, 1)) {
    }
    for (std::size_t w = 0; w < some; ++w) {
      const auto row = passes.prediction(0, w);
      std::copy(row.begin(), row.end(), predicted->row(done + w).data());
    }
    done += some;
  }
  return predicted;
}

/// Everything that changes during training, and everything that must match.
void Trainer::Engine::keep(Ledger& ledger) {
  ledger.expect("version", 3);
  ledger.expect("number of frames", static_cast<double>(sound.count()));
  ledger.expect("number of bins", outer.bins);
  ledger.expect("number of components", static_cast<double>(subspace.components()));
  ledger.expect("sound's checksum", checksum);
  ledger.expect("number of layers", static_cast<double>(config.layers.size()));
  for (const int units : config.layers) ledger.expect("hidden size", units);
  for (const Field& field : fields_of<TrainerConfig>) ledger.expect(field.name, detail::field_value(&config, field));
  subspace.keep(ledger);
  for (const std::span<float> tensor : values) ledger.values(tensor);
  ledger.values(adam.moments());
  ledger.value(adam.powers);
  ledger.values(guard.kept());
  ledger.value(guard.record);
  ledger.values(best.weights());
  ledger.value(best.record);
  ledger.value(random);
  sampler->keep_order(ledger);
  ledger.value(steps);
  ledger.index(step_of_epoch, sampler->steps() - 1);
  ledger.value(epoch_loss);
  sampler->keep_turn(ledger);
  ledger.list(losses);
  ledger.list(validation_losses);
  sampler->keep_states(ledger);
}

}  // namespace lodestone
