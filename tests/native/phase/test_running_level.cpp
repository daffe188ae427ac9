#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "reference.hpp"

using namespace lodestone;

// The stream does not know how loud the signal will be: its thresholds follow the mean so far. The whole signal's
// online stage knows it, and also pads its frames on the right.
TEST_CASE("A stream with the running level is as consistent as online LWS over the whole signal, to 1 dB") {
  std::set<std::string> seen;  // a row for each way to reconstruct
  for (const auto& row : reference::quality()) {
    if (row.hop * 4 != row.size || !seen.insert(row.signal + row.config).second) continue;
    const auto samples = reference::signal(row.signal);
    const auto magnitudes = reference::analyse(samples, reference::framing(row.size, row.hop));
    for (const int look_ahead : {0, 3}) {
      for (const int iterations : {1, 4}) {
        const PhaseConfig config{.stages = {{.method = PhaseMethod::online, .iterations = iterations}},
                                 .look_ahead = look_ahead};
        auto copy = magnitudes.values.clone().value();
        const auto whole = reconstruct({magnitudes.stft, std::move(copy), magnitudes.samples}, config).value();
        const auto stream =
            reconstruct_like_stream(magnitudes, {.iterations = iterations, .look_ahead = look_ahead}).value();
        const double best = consistency(whole).value(), ours = consistency(stream).value();
        INFO(row.signal << " " << row.config << ", look-ahead " << look_ahead << ", " << iterations
                        << " iterations: " << best << " dB, the stream " << ours - best << " more");
        CHECK(ours >= best - 1);
      }
    }
  }
}
