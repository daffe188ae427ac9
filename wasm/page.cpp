/// Replaces src/errors/complete.cpp.

#include "errors/complete.hpp"

namespace lodestone {

extern const bool complete = false;

}  // namespace lodestone
