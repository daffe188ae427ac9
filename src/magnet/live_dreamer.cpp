#include "magnet/live_dreamer.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "errors/first_error.hpp"
#include "lodestone/random.hpp"
#include "magnet/live_content.hpp"
#include "magnet/uncertainty.hpp"
#include "magnet/vitality.hpp"

namespace lodestone {

namespace {

constexpr std::size_t unit = 64;  ///< bins that are fed or finished at once
constexpr int fade_frames = 8;    ///< in which one model takes another's place

// What a bin takes in WebAssembly, in multiply-adds of a network with many windows in flight.
constexpr std::int64_t feeding_cost = 40, finishing_cost = 60, scale_cost = 130, temperature_cost = 360;

float within(float value, float highest, float otherwise) {
  if (std::isnan(value)) return otherwise;
  return value < 1e-6f ? 0.0f : std::min(value, highest);
}

DreamControls within_ranges(const DreamControls& c) {
  return {within(c.position, 1, 0),   within(c.pull, 1, 0),        within(c.speed, 4, 1),
          within(c.randomness, 1, 0), within(c.temperature, 4, 0), within(c.drive, 1, 0)};
}

/// A model and the network that runs on its weights.
struct Slot {
  LiveModel model;
  Predictor predictor;

  const LiveModel::Content& content() const { return model.content(); }
  const Limits& limits() const { return content().header().limits; }
  std::size_t rows() const { return model.frames(); }

  static Result<Slot> create(Result<LiveModel> model, Mode mode) {
    if (!model) return model.error();
    auto predictor = Predictor::create(model->network(), model->content().weights, mode);
    if (!predictor) return predictor.error();
    return Slot{std::move(*model), std::move(*predictor)};
  }

  /// What the network says of bins first .. last-1, as magnitudes.
  void predict(std::size_t first, std::size_t last, float* magnitudes) const {
    const auto prediction = predictor.prediction();
    std::copy(prediction.begin() + first, prediction.begin() + last, magnitudes);
    expand(model.network().scale, {magnitudes, last - first});
    for (std::size_t i = 0; i < last - first; ++i) magnitudes[i] = limits().tamed(magnitudes[i]);
  }
};

}  // namespace

/// A hop dreams the frames that are due. Each goes through stages: the network eats what it is fed, then the frame is
/// finished, some bins at a time.
struct LiveDreamer::Engine {
  enum class Stage { network, finish, ready };

  Slot slots[2];
  std::size_t current = 0;  // the slot that is heard
  std::size_t bins, sequence;
  Random random{0};
  Vitality vitality{};
  Array2<float> memory{};
  float *dream = nullptr, *before = nullptr;   // the newest frame and the one before it
  float *between = nullptr, *input = nullptr;  // what is heard, at or between them; what the network is fed
  std::uint64_t reseeds = 0;

  // What was asked for; it holds from the next hop on.
  Mode next_mode;
  std::uint32_t seed;
  float target = 0;
  bool fresh = true;       // to start again, with that seed
  bool triggered = false;  // to jump to `target`
  bool swapping = false;   // to the model in the other slot

  // Of the hop.
  bool joined = false;  // whether the model in the other slot takes part
  Mode mode;
  Stage stage = Stage::ready;
  int due = 0;  // frames still to be dreamed
  DreamControls knobs{};
  const float* driver = nullptr;
  double place = 1;  // of what is heard, from `before` to `dream`

  // Of the frame.
  std::size_t fed = 0, finished = 0;  // bins of what the network eats, and of what is dreamed
  double cursor = 0;                  // where in the training sound the newest one is
  double fed_from = 0;                // what part of the training sound the network is fed with
  float pull = 0, drive = 0;          // … and how much of it, how much of the driver
  bool jumps = false;                 // it jumps to `target`
  bool revive = false;                // … to a random place
  bool plays = false;                 // it is one of the training sound's own
  bool listens = false;               // the model in the other slot eats, too
  std::size_t heard = 0;              // how many that one has eaten

  // Of the refill.
  std::size_t own_frames = 0, own_row = 0;  // of the training sound still to be heard, and the next of them
  std::size_t refill = 0;                   // frames that the network still has to eat meanwhile
  std::int64_t share = 0, credit = 0;       // of that work: a frame's, and what may be done now

  Engine(Slot first, Slot second, Mode first_mode, std::uint32_t first_seed)
      : slots{std::move(first), std::move(second)},
        bins(static_cast<std::size_t>(slots[0].model.network().bins)),
        sequence(static_cast<std::size_t>(slots[0].model.network().sequence)),
        next_mode(first_mode),
        seed(first_seed),
        mode(first_mode) {}

  Status prepare() {
    FirstError error;
    error.take(memory, Array2<float>::create(4, bins));
    error.take(vitality, Vitality::create(slot().model.stft()));
    dream = memory.data();
    before = dream + bins;
    between = before + bins;
    input = between + bins;
    return error.status();
  }

  Slot& slot() { return slots[current]; }
  Slot& other() { return slots[1 - current]; }
  std::int64_t scaling() { return slot().model.network().scale == Scale::linear ? 0 : scale_cost; }

  std::int64_t network_cost(std::size_t windows) {
    const std::size_t most = mode == Mode::window ? windows : 1;
    return slot().predictor.cost(static_cast<int>(most)) + static_cast<std::int64_t>(bins) * (feeding_cost + scaling());
  }

  std::int64_t finish_cost() { return finishing_cost + (plays ? 0 : scaling() + (shaken() ? temperature_cost : 0)); }
  bool shaken() const { return knobs.temperature > 0 && !plays; }

  std::int64_t cost() {
    const std::int64_t listener = listens ? network_cost(std::min(heard + 1, sequence)) : 0;
    const std::int64_t network = plays ? share : network_cost(sequence) + listener;
    return due * (network + static_cast<std::int64_t>(bins) * finish_cost());
  }

  void begin(const DreamControls& controls, std::span<const float> incoming) {
    const float position = knobs.position;
    knobs = within_ranges(controls);
    driver = incoming.data();
    if (incoming.empty()) knobs.drive = 0;
    take_orders();
    const std::size_t rows = slot().rows();
    if (knobs.position != position && rows > 0) cursor = knobs.position * static_cast<double>(rows - 1);
    if (jumps || knobs.speed == 1) place = 1;
    place += jumps ? 1 : knobs.speed;
    due = static_cast<int>(std::ceil(place)) - 1;
    place -= due;
    due > 0 ? begin_frame() : listen();
  }

  void take_orders() {
    if (fresh) {
      random = Random(seed);
      if (!triggered) trigger(knobs.position);
    }
    jumps = triggered;
    joined = swapping;
    if (mode != next_mode) {
      mode = next_mode;
      for (Slot& slot : slots) slot.predictor.set_mode(mode);
    }
    fresh = triggered = false;
  }

  void trigger(double position) {
    triggered = true;
    target = within(static_cast<float>(position), 1, 0);
  }

  void begin_frame() {
    const bool chance = random.uniform() < knobs.randomness;
    if (jumps || revive || (chance && slot().rows() > 0)) jump();
    stage = Stage::network;
    plays = own_frames > 0;
    listens = joined && !plays;
    if (!plays) return feed(cursor, knobs.pull, knobs.drive);
    credit = --own_frames > 0 ? credit + share : INT64_MAX;
  }

  void jump() {
    if (joined) adopt();
    slot().predictor.reset();
    vitality.reset();
    const std::size_t rows = slot().rows();
    if (rows == 0) {
      std::fill_n(dream, bins, 0.0f);
    } else {
      const std::size_t row = jumps ? static_cast<std::size_t>(std::lround(target * static_cast<double>(rows - 1)))
                                    : random.below(static_cast<std::uint32_t>(rows));
      start_refill(row, rows);
    }
    jumps = revive = false;
  }

  /// The last frame that is heard will be fed back like any other: the network has to eat those before it.
  void start_refill(std::size_t row, std::size_t rows) {
    cursor = static_cast<double>((row + rows - 1) % rows);
    own_row = row;
    own_frames = sequence / 2 + 1;
    refill = sequence - 1;
    const auto frames = static_cast<std::int64_t>(refill);
    const std::int64_t work = refill > 0 ? (network_cost(1) + network_cost(refill)) * frames / 2 : 0;
    share = work / static_cast<std::int64_t>(own_frames) + 1;
    credit = 0;
    feed(static_cast<double>((row + rows + own_frames - sequence) % rows), 1, 0);
  }

  void feed(double from, float how_much, float how_much_driver) {
    fed_from = from;
    pull = how_much;
    drive = how_much_driver;
    fed = 0;
  }

  bool step(Budget& budget) {
    while (stage != Stage::ready) {
      const bool through = stage == Stage::finish ? finish(budget) : plays ? eat_share(budget) : eat(budget);
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

  /// As much of the refill as is this frame's share.
  bool eat_share(Budget& budget) {
    while (refill > 0 && credit > 0) {
      const std::int64_t most = std::min(budget.left, credit);
      Budget part{most};
      if (eat(part) && --refill > 0) feed(wrapped(fed_from + 1), 1, 0);
      credit -= most - part.left;
      if (!budget.spend(most - part.left)) return false;
    }
    return true;
  }

  /// One frame.
  bool eat(Budget& budget) {
    while (fed < bins) {
      const std::size_t last = std::min(fed + unit, bins);
      prepare_input(fed, last);
      const std::int64_t cost = static_cast<std::int64_t>(last - fed) * (feeding_cost + scaling());
      fed = last;
      if (fed == bins) {
        slot().predictor.begin({input, bins});
        if (listens) other().predictor.begin({input, bins});
      }
      if (!budget.spend(cost)) return false;
    }
    return slot().predictor.step(budget) && (!listens || other().predictor.step(budget));
  }

  void prepare_input(std::size_t first, std::size_t last) {
    const LiveModel::Content& content = slot().content();
    const std::size_t rows = slot().rows();
    const auto row = static_cast<std::size_t>(fed_from);
    const auto part = static_cast<float>(fed_from - static_cast<double>(row));
    const bool pulled = pull > 0 && rows > 0;
    const float* here = content.frame(row);
    const float* next = content.frame(pulled ? (row + 1) % rows : row);
    for (std::size_t k = first; k < last; ++k) {
      float value = dream[k];
      if (pulled) value = (1 - pull) * value + pull * ((1 - part) * here[k] + part * next[k]);
      if (drive > 0) value = (1 - drive) * value + drive * driver[k];
      input[k] = slot().limits().tamed(value);
    }
    compress(slot().model.network().scale, {input + first, last - first});
  }

  /// The training sound begins again a row after its last, and where the row is of a longer one.
  double wrapped(double row) {
    const auto rows = static_cast<double>(slot().rows());
    if (row < rows) return row;
    return row - rows < 1 ? row - rows : 0;
  }

  void begin_finish() {
    stage = Stage::finish;
    finished = 0;
    std::swap(dream, before);
    cursor = wrapped(cursor + 1);
    if (listens) ++heard;
  }

  bool finish(Budget& budget) {
    const std::int64_t bin_cost = finish_cost();
    while (finished < bins) {
      const std::size_t last = std::min(finished + unit, bins);
      finish_bins(finished, last);
      if (shaken()) shake(finished, last);
      const std::int64_t cost = static_cast<std::int64_t>(last - finished) * bin_cost;
      finished = last;
      if (!budget.spend(cost)) break;
    }
    return finished == bins;
  }

  void finish_bins(std::size_t first, std::size_t last) {
    if (plays) {
      const float* frame = slot().content().frame(own_row);
      for (std::size_t k = first; k < last; ++k) dream[k] = slot().limits().tamed(frame[k]);
      return;
    }
    slot().predict(first, last, dream + first);
    if (!listens || heard <= sequence) return;
    float successor[unit];
    other().predict(first, last, successor);
    const float weight = static_cast<float>(heard - sequence) / fade_frames;
    for (std::size_t k = first; k < last; ++k) dream[k] = (1 - weight) * dream[k] + weight * successor[k - first];
  }

  void shake(std::size_t first, std::size_t last) {
    lodestone::shake({dream + first, last - first}, slot().content().residuals.data() + first, knobs.temperature,
                     random);
    for (std::size_t k = first; k < last; ++k) dream[k] = slot().limits().tamed(dream[k]);
  }

  void end_frame() {
    const bool led = std::max(knobs.pull, knobs.drive) >= 0.5f;
    if (!plays && !led && vitality.dead({dream, bins}, slot().limits().loudest)) {
      ++reseeds;
      revive = true;
    }
    if (plays) own_row = (own_row + 1) % slot().rows();
    if (listens && heard == sequence + fade_frames) adopt();
    --due > 0 ? begin_frame() : listen();
  }

  void adopt() {
    swapping = joined = listens = false;
    current = 1 - current;
    cursor = wrapped(cursor);
  }

  void listen() {
    stage = Stage::ready;
    const auto part = static_cast<float>(place);
    for (std::size_t k = 0; k < bins; ++k) between[k] = (1 - part) * before[k] + part * dream[k];
  }

  bool swap() {
    const LiveHeader& header = other().content().header();
    const std::uint64_t room = other().content().frames.size() / bins;
    if (swapping || !header.same_shape(slot().content().header()) || !header.sound() || header.frames > room) {
      return false;
    }
    other().predictor.reset();
    swapping = true;
    heard = 0;
    return true;
  }

  void reset(std::uint32_t new_seed) {
    seed = new_seed;
    fresh = true;
    triggered = revive = false;
  }
};

Result<LiveDreamer> LiveDreamer::create(LiveModel model, Mode mode, std::uint32_t seed) {
  auto second = Slot::create(model.clone(), mode);
  if (!second) return second.error();
  auto first = Slot::create(std::move(model), mode);
  if (!first) return first.error();
  std::unique_ptr<Engine> engine(new Engine(std::move(*first), std::move(*second), mode, seed));
  if (auto error = engine->prepare()) return *error;
  return LiveDreamer(std::move(engine));
}

LiveDreamer::LiveDreamer(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
LiveDreamer::LiveDreamer(LiveDreamer&&) noexcept = default;
LiveDreamer& LiveDreamer::operator=(LiveDreamer&&) noexcept = default;
LiveDreamer::~LiveDreamer() = default;

void LiveDreamer::begin(const DreamControls& controls, std::span<const float> driver) {
  engine_->begin(controls, driver);
}
bool LiveDreamer::step(Budget& budget) { return engine_->step(budget); }
std::span<const float> LiveDreamer::frame() const { return {engine_->between, engine_->bins}; }
void LiveDreamer::trigger(double position) { engine_->trigger(position); }
void LiveDreamer::reset(std::uint32_t seed) { engine_->reset(seed); }
bool LiveDreamer::swap() { return engine_->swap(); }
bool LiveDreamer::swapping() const { return engine_->swapping; }
const LiveModel& LiveDreamer::model() const { return engine_->slot().model; }
std::uint64_t LiveDreamer::reseeds() const { return engine_->reseeds; }
std::int64_t LiveDreamer::cost() const { return engine_->cost(); }

void LiveDreamer::set_mode(Mode mode) { engine_->next_mode = mode; }

std::span<std::byte> LiveDreamer::spare() {
  if (swapping()) return {};
  return engine_->other().model.content().block;
}

std::span<const float> LiveDreamer::process(const DreamControls& controls, std::span<const float> driver) {
  begin(controls, driver);
  for (auto budget = Budget::unlimited(); !step(budget);) {
  }
  return frame();
}

}  // namespace lodestone
