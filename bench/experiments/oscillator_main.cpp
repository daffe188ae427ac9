// The oscillator natively: `lodestone-oscillator WAY SAMPLES`, WAY `next` or `block`, prints the nanoseconds per sample
// for the first SAMPLES samples of the process and for as many once it is warm, and the sum of the first.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "oscillator.hpp"

namespace {

constexpr double frequency = 440;
constexpr int block_length = 128;

double sum_by_next(long samples) {
  double sum = 0;
  for (long i = 0; i < samples; ++i) sum += oscillator_next(frequency);
  return sum;
}

double sum_by_block(long samples) {
  double sum = 0;
  for (long done = 0; done < samples; done += block_length) {
    const float* block = oscillator_block(frequency);
    for (int i = 0; i < block_length; ++i) sum += block[i];
  }
  return sum;
}

struct Timing {
  double nanoseconds;
  double sum;
};

Timing timed(double (*generate)(long), long samples) {
  const auto begin = std::chrono::steady_clock::now();
  const double sum = generate(samples);
  const std::chrono::duration<double, std::nano> elapsed = std::chrono::steady_clock::now() - begin;
  return {elapsed.count() / static_cast<double>(samples), sum};
}

}  // namespace

int main(int count, char** arguments) {
  const long samples = count == 3 ? std::atol(arguments[2]) : 0;
  if (samples <= 0) {
    std::fputs("usage: lodestone-oscillator next|block SAMPLES\n", stderr);
    return 2;
  }
  const auto generate = std::string_view(arguments[1]) == "block" ? sum_by_block : sum_by_next;
  const Timing first = timed(generate, samples);
  generate(1000000);
  const Timing warm = timed(generate, samples);
  std::printf("%.17g %.17g %.17g\n", first.nanoseconds, warm.nanoseconds, first.sum);
}
