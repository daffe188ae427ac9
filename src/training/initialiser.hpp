#pragma once

#include "lodestone/random.hpp"
#include "lodestone/trainer.hpp"

namespace lodestone {

/// Fills newly created weights. Fails only if memory runs out.
Status initialise(Initialiser initialiser, Random& random, Weights& weights);

}  // namespace lodestone
