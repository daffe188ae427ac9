#include "lodestone/live_model.hpp"

#include <cmath>
#include <cstring>

#include "errors/message.hpp"
#include "magnet/live_content.hpp"
#include "magnet/uncertainty.hpp"
#include "network/scrub.hpp"
#include "network/tensor.hpp"
#include "network/weights.hpp"

namespace lodestone {

static_assert(std::is_trivially_copyable_v<LiveHeader> && sizeof(LiveHeader) % 8 == 0);

LiveHeader::LiveHeader(const StftConfig& stft, const NetworkConfig& network)
    : lanes(kernels().lanes),
      sample_rate(stft.sample_rate),
      size(stft.size),
      window_size(stft.window_size),
      hop(stft.hop),
      window(static_cast<int>(stft.window)),
      framing(static_cast<int>(stft.framing)),
      sequence(network.sequence),
      scale(static_cast<int>(network.scale)),
      group(network.group),
      components(static_cast<std::uint32_t>(network.components)) {
  std::copy(network.layers.begin(), network.layers.end(), layers);
}

StftConfig LiveHeader::stft() const {
  return {size, window_size, hop, static_cast<Window>(window), static_cast<Framing>(framing), sample_rate};
}

NetworkConfig LiveHeader::network() const {
  const int* end = std::find(layers, layers + 4, 0);
  return {stft().bins(), {layers, end}, sequence, static_cast<Scale>(scale), static_cast<int>(components), group};
}

bool LiveHeader::same_shape(const LiveHeader& other) const {
  return std::memcmp(this, &other, offsetof(LiveHeader, frames)) == 0;
}

bool LiveHeader::sound() const {
  const bool enough = frames == 0 || frames >= static_cast<std::uint32_t>(sequence * group);
  return enough && limits.ceiling >= 0 && limits.ceiling <= Limits::highest && limits.loudest >= 0;
}

/// Bytes, as `network` is.
std::uint64_t LiveModel::Content::room_for_weights() {
  constexpr int most = 256;
  const int components = network.components;
  std::uint64_t room = 0;
  for (const int count : {0, std::max(components, std::min(most, network.width()))}) {
    network.components = count;
    Arena needed;
    weights.lay_out(network, needed);
    room = std::max(room, needed.size());
  }
  network.components = components;
  return room;
}

void LiveModel::Content::lay_out(Arena& arena, std::uint32_t frame_count) {
  arena.take<LiveHeader>(1);
  room = arena.take<std::byte>(room_for_weights());
  residuals = arena.take<float>(static_cast<std::uint64_t>(network.width()));
  frames = arena.take<float>(std::uint64_t{frame_count} * bins());
}

LiveModel::Content::Content(Buffer<std::byte> bytes)
    : block(std::move(bytes)), stft(header().stft()), network(header().network()) {
  Arena arena(block.data());
  lay_out(arena, header().frames);
  lay_out_weights();
}

bool LiveModel::Content::lay_out_weights() {
  const std::uint32_t components = header().components;
  if (components > residuals.size()) return false;
  network.components = static_cast<int>(components);
  if (room_for_weights() != room.size()) return false;
  Arena arena(room.data());
  weights.lay_out(network, arena);
  return true;
}

std::uint64_t LiveModel::Content::size(const LiveHeader& header) {
  Arena needed;
  Content(header).lay_out(needed, header.frames);
  return needed.size();
}

namespace {

Status check_header(const LiveHeader& header, std::size_t size) {
  const LiveHeader expected;
  if (std::memcmp(header.name, expected.name, sizeof header.name) != 0 || header.version != expected.version) {
    return malformed("these bytes are not a live model of this version");
  }
  if (header.lanes != kernels().lanes) {
    return malformed("the live model is packed for vectors of {} numbers; expected {}", header.lanes, kernels().lanes);
  }
  auto error = header.stft().check();
  if (!error) error = header.network().check();
  if (error) return malformed("live model: {}", error->message);
  if (!header.sound()) return malformed("the live model's header is broken");
  const std::uint64_t expected_size = LiveModel::Content::size(header);
  if (size == expected_size) return {};
  return malformed("the live model has {} bytes; expected {}", size, expected_size);
}

}  // namespace

Result<LiveModel> LiveModel::create(const ModelView& model) {
  if (auto error = model.network.check()) return *error;
  if (auto error = check_shapes(model.network, model.weights)) return *error;
  if (auto error = check_dreams(model)) return *error;
  LiveHeader header(model.stft, model.network);
  header.frames = static_cast<std::uint32_t>(model.frames());
  auto block = Buffer<std::byte>::create(Content::size(header));
  if (!block) return block.error();
  std::memcpy(block->data(), &header, sizeof header);
  auto content = std::make_unique<Content>(std::move(*block));
  content->weights.fill(model.weights);
  if (auto error = copy_floats(model.impulses, content->frames)) return *error;
  scrub(content->frames);
  const Limits limits = content->header().limits = Limits::of(model, content->frames);
  find_residuals(model.residuals, content->frames, content->bins(), limits.ceiling / Limits::headroom,
                 content->residuals);
  return LiveModel(std::move(content));
}

Result<LiveModel> LiveModel::adopt(Buffer<std::byte> bytes) {
  if (bytes.size() < sizeof(LiveHeader)) return malformed("the live model ends within its header");
  if (auto error = check_header(*reinterpret_cast<const LiveHeader*>(bytes.data()), bytes.size())) return *error;
  return LiveModel(std::make_unique<Content>(std::move(bytes)));
}

Result<LiveModel> LiveModel::read(std::span<const std::byte> bytes) {
  auto copy = Buffer<std::byte>::create(bytes.size());
  if (!copy) return copy.error();
  std::copy(bytes.begin(), bytes.end(), copy->begin());
  return adopt(std::move(*copy));
}

LiveModel::LiveModel(std::unique_ptr<Content> content) : content_(std::move(content)) {}
LiveModel::LiveModel(LiveModel&&) noexcept = default;
LiveModel& LiveModel::operator=(LiveModel&&) noexcept = default;
LiveModel::~LiveModel() = default;

Result<LiveModel> LiveModel::clone() const { return read(bytes()); }
const StftConfig& LiveModel::stft() const { return content_->stft; }
const NetworkConfig& LiveModel::network() const { return content_->network; }
std::size_t LiveModel::frames() const { return content_->header().frames; }

std::span<const std::byte> LiveModel::bytes() const {
  return std::span<const std::byte>(content_->block).first(static_cast<std::size_t>(Content::size(content_->header())));
}

}  // namespace lodestone
