#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "errors/first_error.hpp"
#include "errors/message.hpp"
#include "facts/tables.hpp"
#include "lodestone/player.hpp"
#include "lodestone/random.hpp"
#include "magnet/feed.hpp"
#include "magnet/hop.hpp"
#include "magnet/refill.hpp"
#include "magnet/schedule.hpp"
#include "magnet/succession.hpp"
#include "magnet/uncertainty.hpp"
#include "magnet/vitality.hpp"
#include "phase/blocks.hpp"

namespace lodestone {

Status DreamConfig::check() const {
  if (auto bad = check_fields(*this)) return bad;
  if (points.size() != lengths.size()) {
    return out_of_range("number of lengths", static_cast<double>(lengths.size()), "{}, one for each of points",
                        points.size());
  }
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!(points[i] >= 0 && points[i] <= 1)) return out_of_range(sentence("points[{}]", i), points[i], "0 to 1");
    if (lengths[i] < 1) return out_of_range(sentence("lengths[{}]", i), lengths[i], "1 frame or more");
  }
  return {};
}

namespace {

// The cost per bin in WebAssembly, in multiply-adds of a network with many windows in flight.
constexpr std::int64_t feeding_cost = 40, finishing_cost = 60, scale_cost = 130, temperature_cost = 360;

/// Requests since the last hop began; they take effect with the next one.
struct Orders {
  Mode mode;
  std::uint32_t seed;
  bool restart = true;
  std::optional<double> jump{};  ///< position
};

}  // namespace

/// A hop dreams the frames that are due. Each is fed to the network and then finished, a few bins at a time.
struct Dreamer::Engine {
  enum class Stage { network, finish, ready };

  const DreamConfig config;
  Succession models;
  const std::size_t bins, sequence;
  Buffer<float> newest{}, before{};  // the last two frames
  Buffer<float> heard{}, input{};    // what is heard, between those two; the network's input
  Random random{0};
  Vitality vitality{};
  Schedule schedule{};
  Orders orders;
  std::uint64_t reseeds = 0;

  // The hop
  Hop hop{};
  DreamControls knobs{};
  const float* driver = nullptr;
  std::optional<double> target{};  // of a jump in the first frame
  Mode mode;

  // The frame
  Stage stage = Stage::ready;
  Refill refill{};
  Feed feed{};
  std::size_t finished = 0;  // bins
  double cursor = 0;         // row of the training sound that corresponds to the newest frame
  bool plays = false;        // the frame comes from the training sound
  bool revive = false;       // the network has died: jump to a random place

  Engine(Slot model, const DreamConfig& dream)
      : config(dream),
        models(std::move(model)),
        bins(static_cast<std::size_t>(slot().model.network().bins)),
        sequence(static_cast<std::size_t>(slot().model.network().sequence)),
        orders{dream.mode, dream.seed},
        mode(dream.mode) {}

  Status prepare() {
    FirstError error;
    for (Buffer<float>* frame : {&newest, &before, &heard, &input}) take_block(*frame, bins, error);
    error.take(vitality, Vitality::create(slot().model.stft()));
    return error.status();
  }

  const Slot& slot() const { return models.playing(); }

  std::int64_t scaling() const { return slot().model.network().scale == Scale::linear ? 0 : scale_cost; }
  std::int64_t feed_cost() const { return feeding_cost + scaling(); }
  std::int64_t finish_cost() const {
    return finishing_cost + (plays ? 0 : scaling() + (shaken() ? temperature_cost : 0));
  }
  std::int64_t network_cost(std::size_t windows) const {
    const std::size_t most = mode == Mode::window ? windows : 1;
    return slot().predictor.cost(static_cast<int>(most)) + static_cast<std::int64_t>(bins) * feed_cost();
  }
  std::int64_t cost() const {
    const std::size_t listening = models.listening_windows();
    const std::int64_t listener = listening > 0 ? network_cost(listening) : 0;
    const std::int64_t network = refilling() ? refill.share : network_cost(sequence) + listener;
    return hop.due * (network + static_cast<std::int64_t>(bins) * finish_cost());
  }

  bool shaken() const { return knobs.temperature > 0 && !plays; }
  bool refilling() const { return plays || refill.left > 0; }

  /// With an audible start, positions are rounded to float, like those of the controls.
  void trigger(double position) {
    if (config.start == Start::audible) position = static_cast<float>(position);
    orders.jump = position > 0 ? std::min(position, 1.0) : 0;  // NaN: 0
  }

  void reset(std::uint32_t seed) {
    orders = {orders.mode, seed};
    schedule = {};
    revive = false;
  }

  /// A model without training frames has nowhere to jump to.
  void begin_as_configured() {
    const auto point = slot().rows() > 0 ? schedule.next(config) : std::nullopt;
    if (point) trigger(*point);
    begin({.position = static_cast<float>(config.position),
           .randomness = static_cast<float>(config.randomness),
           .temperature = static_cast<float>(config.temperature)},
          {});
  }

  void begin(const DreamControls& controls, std::span<const float> incoming) {
    const float position = knobs.position;
    knobs = controls.clamped();
    driver = incoming.data();
    if (incoming.empty()) knobs.drive = 0;
    take_orders();
    const std::size_t rows = slot().rows();
    if (knobs.position != position && rows > 0) cursor = knobs.position * static_cast<double>(rows - 1);
    hop.begin(knobs.speed, target.has_value());
    hop.due > 0 ? begin_frame() : end_hop();
  }

  void take_orders() {
    if (orders.restart) {
      random = Random(orders.seed);
      if (!orders.jump) trigger(knobs.position);
    }
    if (mode != orders.mode) models.set_mode(mode = orders.mode);
    models.begin_hop();
    target = std::exchange(orders.jump, {});
    orders.restart = false;
  }

  void begin_frame() {
    const bool chance = slot().rows() > 0 && random.uniform() < knobs.randomness;
    if (target || revive || chance) jump();
    stage = Stage::network;
    plays = refill.heard > 0;
    models.begin_frame(!plays);
    if (refilling()) return refill.begin_frame();
    feed = {cursor, knobs.pull, knobs.drive};
  }

  void jump() {
    if (models.take_over()) cursor = wrapped(cursor);
    models.playing().predictor.reset();
    if (config.start == Start::audible) vitality.reset();  // the training sound is heard next
    if (slot().rows() == 0) {
      std::fill(newest.begin(), newest.end(), 0.0f);
    } else {
      start_refill();
    }
    target.reset();
    revive = false;
  }

  void start_refill() {
    const std::size_t rows = slot().rows(), places = Refill::places(config.start, rows, sequence);
    const std::size_t row = target ? static_cast<std::size_t>(std::lround(*target * static_cast<double>(places - 1)))
                                   : random.below(static_cast<std::uint32_t>(places));
    refill = Refill(config.start, row, sequence);
    cursor = static_cast<double>((row + refill.skipped + rows - 1) % rows);
    feed = {static_cast<double>((row + rows - refill.lead) % rows), 1};
    const auto frames = static_cast<std::int64_t>(refill.left);
    if (frames > 0) refill.divide((network_cost(1) + network_cost(refill.left)) * frames / 2);
  }

  bool step(Budget& budget) {
    while (stage != Stage::ready) {
      const bool through = stage == Stage::finish ? finish(budget) : refilling() ? refill_share(budget) : eat(budget);
      if (!through) return false;
      if (stage == Stage::network) {
        begin_finish();
      } else {
        end_frame();
      }
      if (budget.left <= 0) break;
    }
    return stage == Stage::ready;
  }

  bool refill_share(Budget& budget) {
    while (refill.left > 0 && refill.credit > 0) {
      const std::int64_t most = std::min(budget.left, refill.credit);
      Budget part{most};
      if (eat(part) && --refill.left > 0) feed = {wrapped(feed.place + 1), 1};
      refill.credit -= most - part.left;
      if (!budget.spend(most - part.left)) return false;
    }
    return true;
  }

  /// Feeds one frame to the network.
  bool eat(Budget& budget) {
    while (feed.done < bins) {
      const std::size_t first = feed.done, last = std::min(first + bins_at_once, bins);
      feed.blend(slot(), newest.data(), driver, first, last, input.data());
      feed.done = last;
      if (last == bins) models.feed(input);
      if (!budget.spend(static_cast<std::int64_t>(last - first) * feed_cost())) return false;
    }
    return models.step(budget);
  }

  /// Wraps around at the end of the training sound; a row beyond that, left over from a longer sound, becomes the
  /// first.
  double wrapped(double row) const {
    const auto rows = static_cast<double>(slot().rows());
    if (row < rows) return row;
    return row - rows < 1 ? row - rows : 0;
  }

  void begin_finish() {
    stage = Stage::finish;
    finished = 0;
    std::swap(newest, before);
    cursor = wrapped(cursor + 1);
    models.count_frame();
  }

  bool finish(Budget& budget) {
    const std::int64_t bin_cost = finish_cost();
    while (finished < bins) {
      const std::size_t first = finished, last = std::min(first + bins_at_once, bins);
      finish_bins(first, last);
      finished = last;
      if (!budget.spend(static_cast<std::int64_t>(last - first) * bin_cost)) break;
    }
    return finished == bins;
  }

  void finish_bins(std::size_t first, std::size_t last) {
    const auto part = std::span<float>(newest).subspan(first, last - first);
    if (plays) {
      std::copy_n(slot().content().frame(refill.row) + first, part.size(), part.data());
      slot().limits().tame(part);
      return;
    }
    models.predict(first, part);
    if (!shaken()) return;
    shake(part, slot().content().residuals.data() + first, knobs.temperature, random);
    slot().limits().tame(part);
  }

  void end_frame() {
    const bool led = std::max(knobs.pull, knobs.drive) >= 0.5f;
    if (!plays && !led && vitality.dead(newest, slot().limits().loudest)) {
      ++reseeds;
      vitality.reset();
      revive = true;
    }
    if (plays) refill.row = (refill.row + 1) % slot().rows();
    if (models.end_frame()) cursor = wrapped(cursor);
    --hop.due > 0 ? begin_frame() : end_hop();
  }

  void end_hop() {
    stage = Stage::ready;
    hop.interpolate(before, newest, heard);
  }
};

Result<Dreamer> Dreamer::create(const ModelView& model, const DreamConfig& config) {
  if (auto error = config.check()) return *error;
  auto live = LiveModel::create(model);
  if (!live) return live.error();
  return create(std::move(*live), config);
}

Result<Dreamer> Dreamer::create(LiveModel model, const DreamConfig& config) {
  if (auto error = config.check()) return *error;
  auto slot = Slot::create(std::move(model), config.mode);
  if (!slot) return slot.error();
  auto engine = std::make_unique<Engine>(std::move(*slot), config);
  if (auto error = engine->prepare()) return *error;
  return Dreamer(std::move(engine));
}

Dreamer::Dreamer(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Dreamer::Dreamer(Dreamer&&) noexcept = default;
Dreamer& Dreamer::operator=(Dreamer&&) noexcept = default;
Dreamer::~Dreamer() = default;

void Dreamer::begin() { engine_->begin_as_configured(); }
void Dreamer::begin(const DreamControls& controls, std::span<const float> driver) { engine_->begin(controls, driver); }
bool Dreamer::step(Budget& budget) { return engine_->step(budget); }
std::span<const float> Dreamer::frame() const { return engine_->heard; }

std::span<const float> Dreamer::process() {
  begin();
  return finish();
}

std::span<const float> Dreamer::process(const DreamControls& controls, std::span<const float> driver) {
  begin(controls, driver);
  return finish();
}

std::span<const float> Dreamer::finish() {
  for (auto budget = Budget::unlimited(); !step(budget);) {
  }
  return frame();
}

void Dreamer::trigger(double position) { engine_->trigger(position); }
void Dreamer::reset(std::uint32_t seed) { engine_->reset(seed); }
void Dreamer::set_mode(Mode mode) { engine_->orders.mode = mode; }
Status Dreamer::make_room() { return engine_->models.make_room(engine_->config.mode, engine_->mode); }
std::span<std::byte> Dreamer::spare() { return engine_->models.spare(); }
bool Dreamer::swap() { return engine_->models.swap(); }
bool Dreamer::swapping() const { return engine_->models.swapping(); }
const LiveModel& Dreamer::model() const { return engine_->slot().model; }
std::uint64_t Dreamer::reseeds() const { return engine_->reseeds; }
std::int64_t Dreamer::cost() const { return engine_->cost(); }

}  // namespace lodestone
