#pragma once

#include <memory>

#include "mapping/fit.hpp"

namespace lodestone {

/// Learns gestures from the labelled takes, and spots them in the stream of inputs. See MappingConfig.
std::unique_ptr<Fit> make_gesture_fit(const MappingConfig& config);
std::unique_ptr<Part> make_gesture_part();

}  // namespace lodestone
