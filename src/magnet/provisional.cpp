// Stands in until the live dreamer is written: it dreams, and none of its knobs has an effect.
#include <algorithm>
#include <utility>

#include "magnet/live_content.hpp"
#include "magnet/live_dreamer.hpp"

namespace lodestone {

struct LiveDreamer::Engine {
  LiveModel model;
  Predictor predictor;
  Buffer<float> input, frame;
  std::size_t row = 0;

  void begin() {
    const auto& content = model.content();
    const auto bins = input.size();
    if (row < std::min<std::size_t>(content.header().frames, model.network().sequence)) {
      std::copy_n(content.frame(row++), bins, frame.begin());
    }
    std::copy_n(frame.begin(), bins, input.begin());
    compress(model.network().scale, input);
    predictor.begin(input);
  }

  bool step(Budget& budget) {
    if (!predictor.step(budget)) return false;
    std::copy_n(predictor.prediction().begin(), frame.size(), frame.begin());
    expand(model.network().scale, frame);
    for (float& value : frame) value = value > 1e-20f ? std::min(value, model.content().header().limits.ceiling) : 0.0f;
    return true;
  }
};

Result<LiveDreamer> LiveDreamer::create(LiveModel model, Mode mode, std::uint32_t) {
  auto predictor = Predictor::create(model.network(), model.content().weights, mode);
  if (!predictor) return predictor.error();
  const auto bins = static_cast<std::uint64_t>(model.network().bins);
  return LiveDreamer(
      std::unique_ptr<Engine>(new Engine{std::move(model), std::move(*predictor), Buffer<float>::create(bins).value(),
                                         Buffer<float>::create(bins).value()}));
}
LiveDreamer::LiveDreamer(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
LiveDreamer::LiveDreamer(LiveDreamer&&) noexcept = default;
LiveDreamer& LiveDreamer::operator=(LiveDreamer&&) noexcept = default;
LiveDreamer::~LiveDreamer() = default;
void LiveDreamer::begin(const DreamControls&, std::span<const float>) { engine_->begin(); }
bool LiveDreamer::step(Budget& budget) { return engine_->step(budget); }
std::span<const float> LiveDreamer::frame() const { return engine_->frame; }
void LiveDreamer::trigger(double) { engine_->row = 0; }
void LiveDreamer::reset(std::uint32_t) { engine_->row = 0; }
void LiveDreamer::set_mode(Mode mode) { engine_->predictor.set_mode(mode); }
std::span<std::byte> LiveDreamer::spare() { return {}; }
bool LiveDreamer::swap() { return false; }
bool LiveDreamer::swapping() const { return false; }
const LiveModel& LiveDreamer::model() const { return engine_->model; }
std::uint64_t LiveDreamer::reseeds() const { return 0; }
std::int64_t LiveDreamer::cost() const { return engine_->predictor.cost(); }

}  // namespace lodestone
