// The quality lost by streaming: compares the consistency of LWS online over a whole sound, whose mean level is known,
// with that of a stream, whose threshold follows the running level.
//
//     lodestone-streamed-phase SIGNALS
//
// SIGNALS: the signals of the quality figures, see tests/vectors/lws/README.md. Prints one line of JSON:
// [{"signal", "size", "hop", "iterations", "lookAhead", "whole", "streamed"}], the last two in dB.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "lodestone/formats.hpp"
#include "lodestone/phase.hpp"
#include "lodestone/stft.hpp"

using namespace lodestone;

namespace {

std::string read_file(const char* path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

struct Setting {
  int size, hop, iterations, look_ahead;
};

/// Both presets of the player, at its own iterations and at those of the quality figures.
constexpr Setting settings[] = {{2048, 512, 4, 0}, {2048, 512, 4, 3}, {2048, 512, 10, 3},
                                {512, 128, 4, 0},  {512, 128, 4, 3},  {512, 128, 10, 3}};

Magnitudes copy(const Magnitudes& from) { return {from.stft, from.values.clone().value(), from.samples}; }

void print(const char* before, const std::string& name, const Setting& setting, const Buffer<float>& samples) {
  const auto [size, hop, iterations, look_ahead] = setting;
  const PhaseConfig whole{.stages = {{.method = PhaseMethod::online, .iterations = iterations}},
                          .look_ahead = look_ahead};
  const PhaseStreamConfig stream{.iterations = iterations, .look_ahead = look_ahead};
  const StftConfig stft{.size = size, .hop = hop, .sample_rate = 44100};
  const Magnitudes magnitudes = Stft(stft).magnitudes({samples.data(), samples.size()}).value();
  const Spectrum known = reconstruct(copy(magnitudes), whole).value();
  const Spectrum streamed = reconstruct_like_stream(magnitudes, stream).value();
  std::printf(R"(%s{"signal":"%s","size":%d,"hop":%d,"iterations":%d,"lookAhead":%d,"whole":%.4f,"streamed":%.4f})",
              before, name.c_str(), size, hop, iterations, look_ahead, consistency(known).value(),
              consistency(streamed).value());
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("lodestone-streamed-phase SIGNALS\n", stderr);
    return 2;
  }
  const std::string content = read_file(arguments[1]);
  const Safetensors file = read_safetensors(std::as_bytes(std::span(content))).value();
  const char* before = "[";
  for (const TensorView& tensor : file.tensors) {
    const Buffer<float> samples = to_floats(tensor).value();
    for (const Setting& setting : settings) {
      print(before, tensor.name, setting, samples);
      before = ",";
    }
  }
  std::puts("]");
}
