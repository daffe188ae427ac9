#include "training/schedule.hpp"

#include <catch2/catch.hpp>
#include <vector>

using namespace lodestone;

TEST_CASE("The learning rate rises and falls like PyTorch's") {
  // LinearLR(start_factor=1/4, total_iters=3), then CosineAnnealingLR(T_max=8, eta_min=0.1), in a SequentialLR with
  // milestones=[4], with a base rate of 1.
  const std::vector<double> expected{0.25,
                                     0.5,
                                     0.75,
                                     1.0,
                                     1.0,
                                     0.9657457896300791,
                                     0.8681980515339464,
                                     0.7222075445642905,
                                     0.55,
                                     0.3777924554357097,
                                     0.2318019484660537,
                                     0.134254210369921};
  for (std::size_t step = 0; step < expected.size(); ++step) {
    CHECK(scheduled_rate(step, 12, 4, 0.1) == Approx(expected[step]).epsilon(1e-14));
  }
  CHECK(scheduled_rate(12, 12, 4, 0.1) == Approx(0.1));
  CHECK(scheduled_rate(100, 12, 4, 0.1) == Approx(0.1));
}

TEST_CASE("Without an end or a decay, the rate stays constant after the warm-up") {
  for (const std::uint64_t step : {0, 1, 7, 1000000}) {
    CHECK(scheduled_rate(step, 0, 0, 0.1) == 1);
    CHECK(scheduled_rate(step, 2000000, 0, 1) == 1);
  }
  CHECK(scheduled_rate(4, 0, 10, 0.1) == 0.5);
  CHECK(scheduled_rate(10, 0, 10, 0.1) == 1);
  CHECK(scheduled_rate(4, 5, 10, 0.1) == 0.5);  // over before the warm-up ends
}
