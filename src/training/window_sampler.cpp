#include <algorithm>

#include "errors/message.hpp"
#include "training/sampler.hpp"
#include "training/window_order.hpp"

namespace lodestone {
namespace {

/// Sorts in place. There are few values, and std::sort would add a kilobyte of WebAssembly.
void sort(std::span<std::int64_t> values) {
  for (std::size_t i = 1; i < values.size(); ++i) {
    for (std::size_t to = i; to > 0 && values[to - 1] > values[to]; --to) std::swap(values[to - 1], values[to]);
  }
}

/// Batches of windows in random order.
class WindowSampler final : public Sampler {
 public:
  explicit WindowSampler(const TrainerConfig& config) : config_(config) {}

  std::uint64_t least_windows() const override { return static_cast<std::uint64_t>(config_.batch); }
  std::string batch_text() const override {
    return sentence("{} windows of {} frames", config_.batch, config_.sequence * config_.group);
  }
  double default_rate() const override { return 1e-3; }
  bool shared() const override { return true; }
  std::uint64_t windows_at_once() const override { return static_cast<std::uint64_t>(config_.batch); }

  void lay_out(Arena& arena, const NetworkConfig&, std::uint64_t, std::uint64_t windows) override {
    numbers_ = arena.take<std::int64_t>(windows);
    chosen_ = arena.take<std::int64_t>(static_cast<std::uint64_t>(config_.batch));
  }
  Status prepare(const TrainingSet& set, Weights&) override {
    starts_ = set.windows;
    order_ = WindowOrder(numbers_, chosen_.size(), static_cast<std::size_t>(config_.run));
    return {};
  }

  std::size_t steps() const override { return order_.batches(); }
  void begin_epoch(std::uint64_t, Random& random) override { order_.shuffle(random); }
  Pass pass(std::size_t step) override {
    const auto numbers = order_.batch(step);
    std::transform(numbers.begin(), numbers.end(), chosen_.begin(),
                   [this](std::int64_t window) { return starts_[static_cast<std::size_t>(window)]; });
    sort(chosen_);
    return Pass::windows(chosen_, static_cast<std::size_t>(config_.sequence), true, true);
  }

  void keep_order(Ledger& ledger) override {
    for (std::int64_t& window : numbers_) ledger.index(window, numbers_.size() - 1);
  }
  void keep_turn(Ledger& ledger) override { ledger.zeros(sizeof(std::uint32_t)); }

 private:
  const TrainerConfig& config_;
  std::span<const std::int64_t> starts_;
  std::span<std::int64_t> numbers_;  ///< of the windows, in the order of the epoch
  std::span<std::int64_t> chosen_;   ///< starts of the pass `[batch]`
  WindowOrder order_;
};

}  // namespace

std::unique_ptr<Sampler> sample_windows(const TrainerConfig& config) { return std::make_unique<WindowSampler>(config); }

}  // namespace lodestone
