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

/// A hop takes the frames that are due from the group dreamed last. Once they have all been taken, the group is fed to
/// the network, whose prediction is then finished and becomes the next group, a few bins at a time. In a group of more
/// than one frame the network runs ahead: it is fed as soon as the first frame has been taken.
struct Dreamer::Engine {
  enum class Stage { idle, network, finish };

  const DreamConfig config;
  Succession models;
  const std::size_t bins, size, sequence;     // of a frame, of a group
  Buffer<float> newest{}, before{}, heard{};  // the last two frames; what is heard, between those two
  Buffer<float> group{}, input{}, driver{};   // dreamed last; the network's input; the driver's last frames
  Random random{0};
  Vitality vitality{};
  Schedule schedule{};
  Orders orders;
  std::uint64_t reseeds = 0;

  // The hop
  Hop hop{};
  DreamControls knobs{};
  std::optional<double> target{};  // of a jump in the first frame
  Mode mode, next_mode;            // of the network; from the next group on

  // The frame
  std::size_t taken;    // frames of the group
  double cursor = 0;    // row of the training sound that corresponds to the newest frame
  bool played = false;  // the group comes from the training sound
  bool revive = false;  // the network has died: jump to a random place

  // The next group
  Stage stage = Stage::idle;
  Refill refill{};
  Feed feed{};
  std::size_t finished = 0;                      // values
  bool plays = false;                            // it comes from the training sound
  std::int64_t ahead_left = 0, ahead_share = 0;  // work of the network before the group is due; … in this hop

  Engine(Slot model, const DreamConfig& dream)
      : config(dream),
        models(std::move(model)),
        bins(slot().content().bins()),
        size(static_cast<std::size_t>(slot().model.network().group)),
        sequence(static_cast<std::size_t>(slot().model.network().sequence)),
        orders{dream.mode, dream.seed},
        mode(dream.mode),
        next_mode(dream.mode),
        taken(size) {}

  Status prepare() {
    FirstError error;
    for (Buffer<float>* frame : {&newest, &before, &heard}) take_block(*frame, bins, error);
    for (Buffer<float>* frames : {&group, &input, &driver}) take_block(*frames, size * bins, error);
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
    return slot().predictor.cost(static_cast<int>(most)) + static_cast<std::int64_t>(size * bins) * feed_cost();
  }
  /// Of the network for the next group.
  std::int64_t group_cost() const {
    if (refilling()) return refill.share;
    const std::size_t listening = models.listening_windows();
    return network_cost(sequence) + (listening > 0 ? network_cost(listening) : 0);
  }
  std::int64_t cost() const {
    const std::int64_t whole = group_cost() + static_cast<std::int64_t>(size * bins) * finish_cost();
    return hop.due * whole / static_cast<std::int64_t>(size);
  }
  std::int64_t ahead_cost() const { return stage == Stage::network ? std::min(ahead_left, ahead_share) : 0; }

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
    if (incoming.empty()) knobs.drive = 0;
    take_driver(incoming);
    take_orders();
    const std::size_t rows = slot().rows();
    if (knobs.position != position && rows > 0) cursor = knobs.position * static_cast<double>(rows - 1);
    hop.begin(knobs.speed, target.has_value());
    hop.due > 0 ? begin_frame() : end_hop();
  }

  void take_driver(std::span<const float> incoming) {
    float* last = std::copy(driver.begin() + bins, driver.end(), driver.begin());
    if (incoming.empty()) {
      std::fill_n(last, bins, 0.0f);
    } else {
      std::copy(incoming.begin(), incoming.end(), last);
    }
  }

  void take_orders() {
    if (orders.restart) {
      random = Random(orders.seed);
      if (!orders.jump) trigger(knobs.position);
    }
    next_mode = orders.mode;
    models.begin_hop();
    target = std::exchange(orders.jump, {});
    orders.restart = false;
  }

  void begin_frame() {
    const bool chance = slot().rows() > 0 && random.uniform() < knobs.randomness;
    if (target || revive || chance) jump();
    if (taken == size && stage == Stage::idle) begin_group();
  }

  void take_mode() {
    if (mode != next_mode) models.set_mode(mode = next_mode);
  }

  void begin_group() {
    take_mode();
    stage = Stage::network;
    plays = refill.heard > 0;
    models.begin_group(!plays);
    if (refilling()) {
      refill.begin_group();
    } else {
      feed = {cursor, knobs.pull, knobs.drive};
    }
    // Frames are fed at once, because the knobs and the driver are those of this hop.
    ahead_left = group_cost() - (refilling() ? 0 : static_cast<std::int64_t>(size * bins) * feed_cost());
  }

  /// Drops the rest of the group, and what has been done for the next.
  void jump() {
    taken = size;
    stage = Stage::idle;
    take_mode();
    if (models.take_over()) cursor = wrapped(cursor);
    models.playing().predictor.reset();
    if (config.start == Start::audible) vitality.reset();  // the training sound is heard next
    if (slot().rows() == 0) {
      for (Buffer<float>* frames : {&newest, &group}) std::fill(frames->begin(), frames->end(), 0.0f);
    } else {
      start_refill();
    }
    target.reset();
    revive = false;
  }

  void start_refill() {
    const std::size_t rows = slot().rows(), places = Refill::places(config.start, rows, sequence * size);
    const std::size_t row = target ? static_cast<std::size_t>(std::lround(*target * static_cast<double>(places - 1)))
                                   : random.below(static_cast<std::uint32_t>(places));
    refill = Refill(config.start, row, sequence, size);
    cursor = static_cast<double>((row + refill.skipped + rows - 1) % rows);
    feed = {static_cast<double>((row + rows - refill.lead) % rows), 1};
    const auto groups = static_cast<std::int64_t>(refill.left);
    if (groups > 0) refill.divide((network_cost(1) + network_cost(refill.left)) * groups / 2);
  }

  bool step(Budget& budget) {
    while (hop.due > 0) {
      if (taken == size && !dream(budget)) return false;
      take_frame();
      if (hop.due > 0 && budget.left <= 0) return false;
    }
    return stage != Stage::network || refilling() || fed(budget);
  }

  /// Dreams the next group, which must have begun.
  bool dream(Budget& budget) {
    if (stage == Stage::network) {
      if (!think(budget)) return false;
      begin_finish();
      if (budget.left <= 0) return false;
    }
    if (!finish(budget)) return false;
    end_group();
    return true;
  }

  bool think(Budget& budget) { return refilling() ? refill_share(budget) : eat(budget); }

  /// Continues the work on the next group before it is due, as far as it is this hop's share. Draws no random number,
  /// so that a jump may drop it.
  bool ahead(Budget& budget) {
    if (stage != Stage::network || ahead_share <= 0) return true;
    const std::int64_t most = std::min(budget.left, ahead_share);
    Budget part{most};
    if (think(part)) begin_finish();
    const std::int64_t spent = most - part.left;
    ahead_left -= spent;
    ahead_share -= spent;
    budget.spend(spent);
    return stage != Stage::network || ahead_share <= 0;
  }

  bool refill_share(Budget& budget) {
    while (refill.left > 0 && refill.credit > 0) {
      const std::int64_t most = std::min(budget.left, refill.credit);
      Budget part{most};
      if (eat(part) && --refill.left > 0) feed = {wrapped(feed.place + static_cast<double>(size)), 1};
      refill.credit -= most - part.left;
      if (!budget.spend(most - part.left)) return false;
    }
    return true;
  }

  /// Feeds one group to the network.
  bool eat(Budget& budget) { return fed(budget) && models.step(budget); }

  bool fed(Budget& budget) {
    while (feed.done < input.size()) {
      const std::size_t first = feed.done, last = end_of_part(first);
      feed.blend(slot(), group.data(), driver.data(), first, last, input.data());
      feed.done = last;
      if (last == input.size()) models.feed(input);
      if (!budget.spend(static_cast<std::int64_t>(last - first) * feed_cost())) return false;
    }
    return true;
  }

  /// The end of the values, all of one frame, that are processed at a time from `first` on.
  std::size_t end_of_part(std::size_t first) const { return std::min(first + bins_at_once, (first / bins + 1) * bins); }

  /// Wraps around at the end of the training sound; a row beyond that, left over from a longer sound, becomes the
  /// first.
  double wrapped(double row) const {
    const auto rows = static_cast<double>(slot().rows());
    if (row < rows) return row;
    return row - rows < static_cast<double>(size) ? row - rows : 0;
  }

  void begin_finish() {
    stage = Stage::finish;
    finished = 0;
    models.count_group();
  }

  bool finish(Budget& budget) {
    const std::int64_t bin_cost = finish_cost();
    while (finished < group.size()) {
      const std::size_t first = finished, last = end_of_part(first);
      finish_bins(first, last);
      finished = last;
      if (!budget.spend(static_cast<std::int64_t>(last - first) * bin_cost)) break;
    }
    return finished == group.size();
  }

  void finish_bins(std::size_t first, std::size_t last) {
    const auto part = std::span<float>(group).subspan(first, last - first);
    if (plays) {
      const std::size_t frame = first / bins, row = (refill.row + frame) % slot().rows();
      std::copy_n(slot().content().frame(row) + first - frame * bins, part.size(), part.data());
      slot().limits().tame(part);
      return;
    }
    models.predict(first, part);
    if (!shaken()) return;
    shake(part, slot().content().residuals.data() + first, knobs.temperature, random);
    slot().limits().tame(part);
  }

  void end_group() {
    stage = Stage::idle;
    taken = 0;
    played = plays;
    if (plays) refill.row = (refill.row + size) % slot().rows();
    if (models.end_group()) cursor = wrapped(cursor);
  }

  void take_frame() {
    std::swap(newest, before);
    std::copy_n(group.data() + taken * bins, bins, newest.data());
    ++taken;
    cursor = wrapped(cursor + 1);
    const bool led = std::max(knobs.pull, knobs.drive) >= 0.5f;
    if (!played && !led && vitality.dead(newest, slot().limits().loudest)) {
      ++reseeds;
      vitality.reset();
      revive = true;
    }
    if (taken == 1 && size > 1) begin_group();
    --hop.due > 0 ? begin_frame() : end_hop();
  }

  void end_hop() {
    hop.interpolate(before, newest, heard);
    const auto hops = static_cast<std::int64_t>(size - taken + 1);  // about as many are left
    ahead_share = taken < size ? ahead_left / hops : ahead_left;
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
bool Dreamer::ahead(Budget& budget) { return engine_->ahead(budget); }
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
std::int64_t Dreamer::ahead_cost() const { return engine_->ahead_cost(); }

}  // namespace lodestone
