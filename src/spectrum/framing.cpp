#include "spectrum/framing.hpp"

#include "facts/tables.hpp"

namespace lodestone {
namespace {

std::int64_t lead_of(const StftConfig& config, std::int64_t margin) {
  switch (config.framing) {
    case Framing::centered:
      return config.size / 2 - margin;
    case Framing::none:
      return -margin;
    case Framing::lws:
      return std::int64_t{(config.window_length() - 1) / config.hop} * config.hop;
  }
  return 0;
}

}  // namespace

std::string_view framing_name(Framing framing) { return enumerator_name(framing); }
bool parse_framing(std::string_view name, Framing& framing) { return parse_enumerator(name, framing); }

Layout::Layout(const StftConfig& config)
    : framing(config.framing),
      size(config.size),
      window(config.window_length()),
      hop(config.hop),
      margin((size - window) / 2),
      lead(lead_of(config, margin)) {}

std::uint64_t Layout::shortest() const {
  switch (framing) {
    case Framing::centered:
      return size / 2 + 1;  // the reflection does not repeat the outermost sample
    case Framing::none:
      return size;
    case Framing::lws:
      return 1;
  }
  return 1;
}

std::uint64_t Layout::frames(std::uint64_t samples) const {
  if (samples < shortest()) return 0;
  switch (framing) {
    case Framing::centered:
      return 1 + samples / hop;
    case Framing::none:
      return 1 + (samples - size) / hop;
    case Framing::lws:
      return (samples - 1 + lead) / hop + 1;
  }
  return 0;
}

std::uint64_t Layout::samples(std::uint64_t frames) const {
  if (frames == 0) return 0;
  switch (framing) {
    case Framing::centered:
      return (frames - 1) * hop;
    case Framing::none:
      return (frames - 1) * hop + size;
    case Framing::lws:
      return frames * hop > static_cast<std::uint64_t>(lead) ? frames * hop - lead : 0;
  }
  return 0;
}

std::int64_t Layout::last_run() const {
  switch (framing) {
    case Framing::centered:
      return lead + hop - 1;
    case Framing::none:
      return size - margin;
    case Framing::lws:
      return hop;
  }
  return 0;
}

}  // namespace lodestone
