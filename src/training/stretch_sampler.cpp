#include <algorithm>
#include <limits>

#include "errors/first_error.hpp"
#include "errors/message.hpp"
#include "training/moments.hpp"
#include "training/sampler.hpp"

namespace lodestone {
namespace {

/// Stretches of the sound, read in parallel lanes whose states carry over from step to step (truncated backpropagation
/// through time). Optionally the network's own predictions are mixed into its input.
class StretchSampler final : public Sampler {
 public:
  explicit StretchSampler(const TrainerConfig& config) : config_(config) {}

  /// The first windows, one for each frame of a group, give `sequence` predictions each; each further window adds one.
  std::uint64_t least_windows() const override {
    return static_cast<std::uint64_t>(std::max(1, config_.batch - config_.group * (config_.sequence - 1)));
  }
  std::string batch_text() const override {
    return sentence("{} stretches of {} frames", lanes(), config_.stretch * config_.group);
  }
  double default_rate() const override { return 2e-3; }
  bool shared() const override { return false; }  // a step is too short
  std::uint64_t windows_at_once() const override { return std::max<std::uint64_t>(lanes(), 16); }

  void lay_out(Arena& arena, const NetworkConfig& network, std::uint64_t frames, std::uint64_t windows) override;
  Status prepare(const TrainingSet& set, Weights& weights) override;

  std::size_t steps() const override { return stretches_.count(); }
  void begin_epoch(std::uint64_t done, Random& random) override {
    turn_ = done == 0 ? 0 : random.below(static_cast<std::uint32_t>(stretches_.predictions()));
    stretches_.lay(turn_);
  }
  Pass pass(std::size_t step) override;
  void stepped(std::span<const Backpropagation> parts, Random& random) override;
  void went_back() override { std::copy_n(frames_.data(), heard_.size(), heard_.data()); }

  /// The checkpoint layout has room for an order of the windows, whether there is one or not.
  void keep_order(Ledger& ledger) override { ledger.zeros(windows_ * sizeof(std::int64_t)); }
  void keep_turn(Ledger& ledger) override {
    ledger.index(turn_, stretches_.predictions() - 1);
    ledger.values(heard_);
    if (ledger.reads()) stretches_.lay(turn_);
  }
  void keep_states(Ledger& ledger) override { ledger.values(carried_); }

 private:
  std::uint64_t lanes() const { return static_cast<std::uint64_t>(config_.batch / config_.stretch); }
  void adopt_statistics(std::span<const Clip> clips, Weights& weights);
  void feed_back(const Backpropagation& part, std::size_t lane, float share);

  const TrainerConfig& config_;
  std::size_t windows_ = 0;
  std::span<const float> frames_;
  float lowest_ = 0;  ///< that the network reads
  Stretches stretches_;
  std::span<const Stretch> step_;  ///< of the pass `[lanes]`
  std::uint32_t turn_ = 0;         ///< where the epoch starts on the ring of all predictions
  Moments moments_;
  std::span<std::int64_t> starts_;  ///< of the pass `[lanes]`
  std::span<float> carried_;        ///< states of the lanes, see Backpropagation::carry
  std::span<float> heard_;          ///< what the network reads `[frames, bins]`; empty without feedback
};

void StretchSampler::lay_out(Arena& arena, const NetworkConfig& network, std::uint64_t frames, std::uint64_t windows) {
  const auto bins = static_cast<std::uint64_t>(network.bins);
  std::uint64_t units = 0;
  for (const int hidden : network.layers) units += static_cast<std::uint64_t>(hidden);
  windows_ = static_cast<std::size_t>(windows);
  moments_.lay_out(arena, bins);
  starts_ = arena.take<std::int64_t>(lanes());
  carried_ = arena.take<float>(2 * lanes() * units);
  if (config_.feedback > 0) heard_ = arena.take<float>(frames * bins);
}

Status StretchSampler::prepare(const TrainingSet& set, Weights& weights) {
  frames_ = set.frames;
  lowest_ = set.negative ? -std::numeric_limits<float>::max() : 0;
  went_back();
  std::vector<Clip> clips = set.groups.of(frames_of_windows(set.clips, set.windows.size(), config_));
  adopt_statistics(clips, weights);
  FirstError error;
  error.take(stretches_, Stretches::create(std::move(clips), static_cast<std::size_t>(config_.batch),
                                           static_cast<std::size_t>(config_.stretch)));
  return error.status();
}

/// BatchNorm's input is the data, so the statistics of all frames are known from the start.
void StretchSampler::adopt_statistics(std::span<const Clip> clips, Weights& weights) {
  const auto frame = [&](std::uint64_t m) { return frames_.data() + static_cast<std::size_t>(m) * moments_.bins(); };
  double total = 0;
  for (const Clip& clip : clips) total += static_cast<double>(clip.frames);
  moments_.begin(frame(clips[0].start));
  for (const Clip& clip : clips) {
    for (std::uint64_t m = clip.start; m < clip.start + clip.frames; ++m) moments_.add(frame(m), 1 / total);
  }
  moments_.end();
  moments_.move(weights, 1, total);
}

Pass StretchSampler::pass(std::size_t step) {
  step_ = stretches_.step(step);
  Pass next{starts_, 0, 0, 0, true, false, shared(), step_, carried_, heard_};
  for (std::size_t lane = 0; lane < step_.size(); ++lane) {
    starts_[lane] = step_[lane].start;
    next.length = std::max<std::size_t>(next.length, step_[lane].length);
    next.scored += step_[lane].length;
  }
  return next;
}

void StretchSampler::stepped(std::span<const Backpropagation> parts, Random& random) {
  for (const Backpropagation& part : parts) part.carry(carried_);
  if (heard_.empty()) return;
  for (std::size_t lane = 0; lane < step_.size(); ++lane) {
    const float share = std::min(1.0f, 2 * static_cast<float>(config_.feedback) * random.uniform());
    for (const Backpropagation& part : parts) {
      if (part.first_window() <= lane && lane < part.end_window()) feed_back(part, lane, share);
    }
  }
}

/// Mixes the network's predictions into its future input.
void StretchSampler::feed_back(const Backpropagation& part, std::size_t lane, float share) {
  for (std::size_t t = 0; t < step_[lane].length; ++t) {
    const auto predicted = part.prediction(t, lane);
    const std::size_t first = (step_[lane].start + t + 1) * predicted.size();
    for (std::size_t k = 0; k < predicted.size(); ++k) {
      const float target = frames_[first + k];
      heard_[first + k] = std::max(lowest_, target + share * (predicted[k] - target));
    }
  }
}

}  // namespace

std::unique_ptr<Sampler> sample_stretches(const TrainerConfig& config) {
  return std::make_unique<StretchSampler>(config);
}

}  // namespace lodestone
