#include <cmath>

#include "errors/message.hpp"
#include "training/fields.hpp"
#include "training/shards.hpp"

namespace lodestone {

Status read_fields(std::span<const double> numbers, TrainerConfig& config) {
  Status wrong;
  std::size_t next = 0;
  visit_fields(config, [&](const char* name, auto& field, double least, double most, const char* allowed) {
    const double number = next < numbers.size() ? numbers[next] : NAN;
    ++next;
    const bool fits = number >= least && number <= most;
    if (fits) {
      field = static_cast<std::remove_reference_t<decltype(field)>>(number);
    } else if (!wrong) {
      wrong = out_of_range(name, number, allowed);
    }
  });
  if (wrong || next == numbers.size()) return wrong;
  return out_of_range("number of fields", static_cast<double>(numbers.size()), "{}", next);
}

Status TrainerConfig::check() const {
  if (auto error = NetworkConfig{1, layers, sequence, scale}.check()) return error;
  if (run < 1 || run > batch) return out_of_range("run", run, "1 to {}, the batch", batch);
  if (training == Training::sequence && (stretch < 1 || stretch > batch)) {
    return out_of_range("stretch", stretch, "1 to {}, the batch", batch);
  }
  Status wrong;
  visit_fields(*this, [&](const char* name, const auto& field, double least, double most, const char* allowed) {
    const auto number = static_cast<double>(field);
    const bool fits = number >= least && number <= most;
    if (!fits && !wrong) wrong = out_of_range(name, number, allowed);
  });
  if (!wrong && patience > 0 && validation == 0) {
    wrong = out_of_range("patience", patience, "0 if nothing is held out for validation");
  }
  if (!wrong && (threads < 1 || threads > static_cast<int>(shard_count) || (threads & (threads - 1)) != 0)) {
    wrong = out_of_range("threads", threads, "1, 2, 4, 8");
  }
  return wrong;
}

}  // namespace lodestone
