#include "errors/complete.hpp"

namespace lodestone {

extern const bool complete = true;

}  // namespace lodestone
