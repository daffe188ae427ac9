#include <samplerate.h>
#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "cli/audio.hpp"
#include "cli/native/native_host.hpp"
#include "cli/text.hpp"

namespace lodestone::cli {
namespace {

constexpr std::size_t block_values = 1 << 18;

struct CloseFile {
  void operator()(SNDFILE* file) const { sf_close(file); }
};
using SoundFile = std::unique_ptr<SNDFILE, CloseFile>;

/// All frames mixed to mono. The length in the header is not trusted: memory grows with the samples actually read.
Result<Buffer<float>> read_mono(SNDFILE* file, int channels) {
  const std::size_t width = static_cast<std::size_t>(channels);
  const std::size_t block_frames = std::max<std::size_t>(1, block_values / width);
  auto interleaved = Buffer<float>::create(block_frames * width);
  if (!interleaved) return interleaved.error();
  std::vector<Buffer<float>> blocks;
  std::size_t total = 0;
  for (;;) {
    const auto count = sf_readf_float(file, interleaved->data(), static_cast<sf_count_t>(block_frames));
    if (count <= 0) break;
    auto block = Buffer<float>::create(static_cast<std::uint64_t>(count));
    if (!block) return block.error();
    for (std::size_t i = 0; i < block->size(); ++i) {
      double sum = 0;
      for (std::size_t c = 0; c < width; ++c) sum += (*interleaved)[i * width + c];
      (*block)[i] = static_cast<float>(sum / channels);
    }
    total += block->size();
    blocks.push_back(std::move(*block));
  }
  auto samples = Buffer<float>::create(total);
  if (!samples) return samples;
  float* destination = samples->data();
  for (const auto& block : blocks) destination = std::copy(block.begin(), block.end(), destination);
  return samples;
}

/// Whether our own reader handles the file; unlike libsndfile, it rejects truncated files.
bool is_plain_wav(int format) {
  const int container = format & SF_FORMAT_TYPEMASK;
  if (container != SF_FORMAT_WAV && container != SF_FORMAT_WAVEX) return false;
  constexpr int encodings[] = {SF_FORMAT_PCM_U8, SF_FORMAT_PCM_16, SF_FORMAT_PCM_24,
                               SF_FORMAT_PCM_32, SF_FORMAT_FLOAT,  SF_FORMAT_DOUBLE};
  return std::count(std::begin(encodings), std::end(encodings), format & SF_FORMAT_SUBMASK) > 0;
}

Result<Sound> read_sound(SNDFILE* file, const SF_INFO& info) {
  auto samples = read_mono(file, info.channels);
  if (!samples) return samples.error();
  return Sound{std::move(*samples), static_cast<double>(info.samplerate)};
}

/// Band-limited (libsamplerate's best sinc), so that nothing aliases.
Result<Sound> resample(const Sound& sound, double rate) {
  const double ratio = rate / sound.sample_rate;
  if (src_is_valid_ratio(ratio) == 0) {
    return Error{ErrorCode::invalid_argument, "--rate is " + number_text(rate, 10) +
                                                  "; allowed: 1/256 to 256 times the file's " +
                                                  number_text(sound.sample_rate, 10) + " Hz"};
  }
  const double length = std::ceil(static_cast<double>(sound.samples.size()) * ratio);
  auto samples = Buffer<float>::create(static_cast<std::uint64_t>(length) + 1);
  if (!samples) return samples.error();
  SRC_DATA data{};
  data.data_in = sound.samples.data();
  data.data_out = samples->data();
  data.input_frames = static_cast<long>(sound.samples.size());
  data.output_frames = static_cast<long>(samples->size());
  data.src_ratio = ratio;
  if (const int error = src_simple(&data, SRC_SINC_BEST_QUALITY, 1)) {
    return Error{ErrorCode::invalid_data, std::string("cannot resample: ") + src_strerror(error)};
  }
  Sound resampled;
  resampled.sample_rate = rate;
  auto exact = Buffer<float>::create(static_cast<std::uint64_t>(data.output_frames_gen));
  if (!exact) return exact.error();
  std::copy_n(samples->data(), exact->size(), exact->data());
  resampled.samples = std::move(*exact);
  return resampled;
}

}  // namespace

Result<Sound> NativeHost::decode(std::string_view path, double rate) {
  SF_INFO info{};
  const SoundFile file(sf_open(std::string(path).c_str(), SFM_READ, &info));
  if (!file) return Error{ErrorCode::invalid_data, std::string("cannot be read as sound: ") + sf_strerror(nullptr)};
  auto sound = is_plain_wav(info.format) ? decode_wav(*this, path, 0) : read_sound(file.get(), info);
  if (!sound || rate == 0 || rate == sound->sample_rate || sound->samples.size() == 0) return sound;
  if (auto error = check_finite(sound->samples)) return *error;
  return resample(*sound, rate);
}

}  // namespace lodestone::cli
