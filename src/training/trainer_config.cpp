#include "errors/message.hpp"
#include "facts/tables.hpp"
#include "training/shards.hpp"

namespace lodestone {

Status TrainerConfig::check() const {
  if (auto error = NetworkConfig{1, layers, sequence, scale}.check()) return error;
  if (run < 1 || run > batch) return out_of_range("run", run, "1 to {}, the batch", batch);
  if (training == Training::sequence && (stretch < 1 || stretch > batch)) {
    return out_of_range("stretch", stretch, "1 to {}, the batch", batch);
  }
  if (auto error = check_fields(*this)) return error;
  if (group > 1 && components == 0) return out_of_range("group", group, "1 if all bins are learned (components 0)");
  if (patience > 0 && validation == 0) {
    return out_of_range("patience", patience, "0 if nothing is held out for validation");
  }
  if (threads < 1 || threads > static_cast<int>(shard_count) || (threads & (threads - 1)) != 0) {
    return out_of_range("threads", threads, "1, 2, 4, 8");
  }
  return {};
}

}  // namespace lodestone
