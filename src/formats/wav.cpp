#include <algorithm>
#include <cmath>
#include <limits>

#include "errors/message.hpp"
#include "formats/bytes.hpp"

/// RIFF WAVE: Microsoft, "Multiple channel audio data and WAVE files" (2001); IBM and Microsoft, "Multimedia
/// Programming Interface and Data Specifications 1.0" (1991).
namespace lodestone {

namespace {

constexpr std::uint16_t tag_pcm = 1, tag_float = 3, tag_extensible = 0xfffe;
constexpr double lowest_rate = 1, highest_rate = 768000;
// Placeholder lengths that ffmpeg and sox write when they stream and cannot fill in the real length later.
constexpr std::uint32_t streamed_lengths[] = {0xffffffff, 0x7ffff000};

struct Format {
  std::uint16_t tag = 0, channels = 0, bits = 0;
  std::uint32_t rate = 0;

  std::size_t sample_bytes() const { return bits / 8; }
  std::size_t frame_bytes() const { return sample_bytes() * channels; }
};

/// The chunks of a RIFF file, one after another.
class ChunkReader {
 public:
  explicit ChunkReader(ByteView bytes) : rest_(bytes) {}

  std::string_view id;
  std::uint32_t length = 0;  // according to the file
  ByteView content;          // what is actually there

  bool next() {
    if (rest_.size() < 8) return false;
    id = as_text(rest_.first(4));
    length = load<std::uint32_t>(rest_.subspan(4));
    rest_ = rest_.subspan(8);
    content = rest_.first(std::min<std::size_t>(length, rest_.size()));
    rest_ = rest_.subspan(content.size());
    if (length % 2 == 1 && !rest_.empty()) rest_ = rest_.subspan(1);  // chunks start at even bytes
    return true;
  }

 private:
  ByteView rest_;
};

Status parse_format(ByteView chunk, Format& format) {
  if (chunk.size() < 16) return malformed("wav: expected a fmt chunk of 16 bytes, found {}", chunk.size());
  format.tag = load<std::uint16_t>(chunk);
  format.channels = load<std::uint16_t>(chunk.subspan(2));
  format.rate = load<std::uint32_t>(chunk.subspan(4));
  const auto block_align = load<std::uint16_t>(chunk.subspan(12));
  format.bits = load<std::uint16_t>(chunk.subspan(14));
  if (format.tag == tag_extensible && chunk.size() >= 40) format.tag = load<std::uint16_t>(chunk.subspan(24));

  const bool pcm =
      format.tag == tag_pcm && (format.bits == 8 || format.bits == 16 || format.bits == 24 || format.bits == 32);
  const bool floating = format.tag == tag_float && (format.bits == 32 || format.bits == 64);
  if (!pcm && !floating) {
    return malformed("wav: encoding {} of {} bits; allowed: PCM (1) of 8, 16, 24 and 32 bits, float (3) of 32 and 64",
                     format.tag, format.bits);
  }
  if (format.channels == 0) return malformed("wav: channels is 0; allowed: 1 or more");
  if (format.rate < lowest_rate || format.rate > highest_rate) {
    return malformed("wav: sample rate is {}; allowed: 1 to 768000", format.rate);
  }
  if (block_align != format.frame_bytes()) {
    return malformed("wav: block align is {}, expected {} for {} channels of {} bits", block_align,
                     format.frame_bytes(), format.channels, format.bits);
  }
  return {};
}

double pcm24(ByteView bytes) {
  const auto low = load<std::uint16_t>(bytes);
  const auto high = load<std::int8_t>(bytes.subspan(2));
  return high * 65536 + low;
}

double sample_value(const Format& format, ByteView bytes) {
  if (format.tag == tag_float) return format.bits == 32 ? load<float>(bytes) : load<double>(bytes);
  switch (format.bits) {
    case 8:
      return (load<std::uint8_t>(bytes) - 128) * 0x1p-7;
    case 16:
      return load<std::int16_t>(bytes) * 0x1p-15;
    case 24:
      return pcm24(bytes) * 0x1p-23;
    default:
      return load<std::int32_t>(bytes) * 0x1p-31;
  }
}

Result<Sound> mix(const Format& format, ByteView data) {
  const std::size_t frames = data.size() / format.frame_bytes();
  if (frames == 0) return malformed("wav: the file contains no samples");
  Sound sound;
  sound.sample_rate = format.rate;
  auto samples = Buffer<float>::create(frames);
  if (!samples) return samples.error();
  for (std::size_t i = 0; i < frames; ++i) {
    double sum = 0;
    for (std::size_t channel = 0; channel < format.channels; ++channel) {
      sum += sample_value(format, data);
      data = data.subspan(format.sample_bytes());
    }
    const float value = static_cast<float>(sum / format.channels) + 0.0f;  // never −0
    if (!std::isfinite(value)) {
      return malformed("wav: sample {} is {}; it must be finite", i, double{value});
    }
    (*samples)[i] = value;
  }
  sound.samples = std::move(*samples);
  return sound;
}

Status check_length(const ChunkReader& data) {
  if (data.content.size() == data.length) return {};
  if (std::find(std::begin(streamed_lengths), std::end(streamed_lengths), data.length) != std::end(streamed_lengths))
    return {};
  return malformed("wav: expected {} bytes of samples, found {}; the file is truncated", data.length,
                   data.content.size());
}

std::int16_t to_pcm16(float value) {
  return static_cast<std::int16_t>(std::clamp(std::nearbyint(value * 0x1p15f), -0x1p15f, 0x1p15f - 1));
}

/// The header of a mono file; `data` bytes of samples follow.
void write_header(ByteWriter& writer, const Format& format, std::uint32_t header, std::uint32_t data) {
  const bool floating = format.tag == tag_float;
  const auto frame = static_cast<std::uint16_t>(format.frame_bytes());
  writer.put(std::string_view("RIFF"));
  writer.put(header + data - 8);
  writer.put(std::string_view("WAVEfmt "));
  writer.put(floating ? std::uint32_t{18} : std::uint32_t{16});
  writer.put(format.tag);
  writer.put(format.channels);
  writer.put(format.rate);
  writer.put(format.rate * frame);
  writer.put(frame);
  writer.put(format.bits);
  if (floating) {
    writer.put(std::uint16_t{0});  // no extension
    writer.put(std::string_view("fact"));
    writer.put(std::uint32_t{4});
    writer.put(data / frame);
  }
  writer.put(std::string_view("data"));
  writer.put(data);
}

Status check_sound(std::span<const float> samples, double sample_rate) {
  if (!(sample_rate >= lowest_rate && sample_rate <= highest_rate)) {
    return out_of_range("sample_rate", sample_rate, "1 to 768000");
  }
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (!std::isfinite(samples[i])) {
      return malformed("sample {} is {}; it must be finite", i, double{samples[i]});
    }
  }
  return {};
}

}  // namespace

Result<Sound> read_wav(ByteView bytes) {
  if (bytes.size() < 12 || !starts_with(bytes, "RIFF") || !starts_with(bytes.subspan(8), "WAVE")) {
    return malformed("not a WAV file: expected RIFF … WAVE in its first 12 bytes, found {}",
                     quoted(as_text(bytes.first(std::min<std::size_t>(bytes.size(), 12)))));
  }
  ChunkReader chunk(bytes.subspan(12));
  Format format;
  while (chunk.next()) {
    if (chunk.id == "fmt ") {
      if (auto error = parse_format(chunk.content, format)) return *error;
    } else if (chunk.id == "data") {
      if (format.channels == 0) return malformed("wav: the data chunk comes before the fmt chunk");
      if (auto error = check_length(chunk)) return *error;
      return mix(format, chunk.content);
    }
  }
  return malformed("wav: the file has no data chunk");
}

Result<Bytes> write_wav(std::span<const float> samples, double sample_rate, WavEncoding encoding) {
  if (auto error = check_sound(samples, sample_rate)) return *error;
  const bool floating = encoding == WavEncoding::float32;
  const Format format{floating ? tag_float : tag_pcm, 1, static_cast<std::uint16_t>(floating ? 32 : 16),
                      static_cast<std::uint32_t>(std::lround(sample_rate))};
  const std::uint32_t header = floating ? 58 : 44;
  const std::uint64_t data = std::uint64_t{samples.size()} * format.frame_bytes();
  if (data > std::numeric_limits<std::uint32_t>::max() - header) {
    return Error{ErrorCode::invalid_argument,
                 "the sound takes " + std::to_string(data) + " bytes; a WAV file holds up to 4294967237"};
  }
  auto bytes = Bytes::create(header + data);
  if (!bytes) return bytes;
  ByteWriter writer(*bytes);
  write_header(writer, format, header, static_cast<std::uint32_t>(data));
  if (floating) writer.put(std::as_bytes(samples));
  for (std::size_t i = 0; !floating && i < samples.size(); ++i) writer.put(to_pcm16(samples[i]));
  return bytes;
}

}  // namespace lodestone
