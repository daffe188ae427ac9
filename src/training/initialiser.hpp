#pragma once

#include "lodestone/random.hpp"
#include "lodestone/trainer.hpp"

namespace lodestone {

/// Fills fresh weights. Fails only where memory does.
Status initialise(Initialiser initialiser, Random& random, Weights& weights);

}  // namespace lodestone
