#include <cmath>
#include <limits>

#include "support.hpp"

using namespace lodestone;
using Catch::Matchers::Contains;

namespace {

std::string chunk(const std::string& id, const std::string& content) {
  return id + raw(static_cast<std::uint32_t>(content.size())) + content +
         (content.size() % 2 ? std::string(1, '\0') : "");
}

struct Format {
  std::uint16_t tag = 1, channels = 1, bits = 16;
  std::uint32_t rate = 8000;
  int block_align = -1;  // −1: the right one

  std::string text() const {
    const auto align = static_cast<std::uint16_t>(block_align < 0 ? channels * bits / 8 : block_align);
    return chunk("fmt ", raw(tag) + raw(channels) + raw(rate) + raw(rate * align) + raw(align) + raw(bits));
  }
};

std::string riff(const std::string& chunks) {
  return "RIFF" + raw(static_cast<std::uint32_t>(chunks.size() + 4)) + "WAVE" + chunks;
}

std::string wav(const Format& format, const std::string& data) { return riff(format.text() + chunk("data", data)); }

std::vector<float> samples_of(const std::string& text) {
  const auto sound = read_exactly(read_wav, text);
  if (!sound) FAIL(sound.error().message);
  return {sound->samples.begin(), sound->samples.end()};
}

std::string refused_wav(const std::string& text) { return refusal(read_exactly(read_wav, text)); }

}  // namespace

TEST_CASE("Every encoding is read as samples in -1 .. 1") {
  using V = std::vector<float>;
  CHECK(samples_of(wav({.bits = 8}, std::string("\x00\x80\xc0\xff", 4))) == V{-1, 0, 0.5, 127 / 128.0f});
  CHECK(samples_of(wav({.bits = 16}, raw(std::int16_t{-32768}) + raw(std::int16_t{16384}))) == V{-1, 0.5});
  CHECK(samples_of(wav({.bits = 24}, std::string("\x00\x00\x80\x01\x00\x00\x00\x00\x40\xff\xff\xff", 12))) ==
        V{-1, 0x1p-23f, 0.5, -0x1p-23f});
  CHECK(samples_of(wav({.bits = 32}, raw(std::numeric_limits<std::int32_t>::min()) + raw(1 << 30))) == V{-1, 0.5});
  CHECK(samples_of(wav({.tag = 3, .bits = 32}, raw(-0.25f) + raw(1.5f))) == V{-0.25, 1.5});
  CHECK(samples_of(wav({.tag = 3, .bits = 64}, raw(0.1) + raw(-1.0))) == V{0.1f, -1});
}

TEST_CASE("Channels are mixed to their mean") {
  CHECK(samples_of(wav({.channels = 2}, raw(std::int16_t{16384}) + raw(std::int16_t{0}) + raw(std::int16_t{-32768}) +
                                            raw(std::int16_t{-32768}))) == std::vector<float>{0.25, -1});
  CHECK(samples_of(wav({.channels = 200, .bits = 8}, std::string(400, '\xc0'))) == std::vector<float>{0.5, 0.5});
}

TEST_CASE("Other chunks are skipped, odd ones with their padding, and the extensible format is understood") {
  const std::string data = chunk("data", raw(std::int16_t{16384}));
  CHECK(samples_of(riff(chunk("JUNK", "odd") + Format().text() + chunk("LIST", "1") + data + chunk("id3 ", "x"))) ==
        std::vector<float>{0.5});
  const std::string guid_tail("\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71", 14);
  const auto extensible = [&](std::uint16_t tag) {
    return chunk("fmt ", Format{.tag = 0xfffe}.text().substr(8) + raw(std::uint16_t{22}) + raw(std::uint16_t{16}) +
                             raw(std::uint32_t{4}) + raw(tag) + guid_tail);
  };
  CHECK(samples_of(riff(extensible(1) + data)) == std::vector<float>{0.5});
  CHECK_THAT(refused_wav(riff(extensible(85) + data)), Contains("encoding 85 of 16 bits"));
  CHECK_THAT(refused_wav(wav({.tag = 0xfffe}, "xx")), Contains("encoding 65534"));
}

TEST_CASE("The sample rate is read; 1 to 768000 is allowed") {
  CHECK(read_wav(bytes_of(wav({.rate = 1}, "xx"))).value().sample_rate == 1);
  CHECK(read_wav(bytes_of(wav({.rate = 768000}, "xx"))).value().sample_rate == 768000);
  CHECK_THAT(refused_wav(wav({.rate = 0}, "xx")), Contains("sample rate is 0; allowed: 1 to 768000"));
  CHECK_THAT(refused_wav(wav({.rate = 768001}, "xx")), Contains("768001"));
}

TEST_CASE("The bundled sounds are read") {
  for (const char* name : {"piano", "drums", "strings"}) {
    const auto sound = read_wav(bytes_of(read_text(std::string(LODESTONE_SOUNDS "/") + name + ".wav"))).value();
    CHECK(sound.sample_rate == 44100);
    CHECK(sound.samples.size() > 44100);
    double power = 0;
    for (const float sample : sound.samples) power += double{sample} * sample;
    CHECK(power > 1);
  }
}

TEST_CASE("A streamed file has a placeholder for its length; any other length must be there in full") {
  const std::string head = "RIFF" + std::string(4, '\xff') + "WAVE" + Format().text() + "data";
  const std::string data = raw(std::int16_t{16384}) + raw(std::int16_t{-16384}) + "x";
  for (const std::uint32_t length : {0xffffffffu, 0x7ffff000u}) {
    CHECK(samples_of(head + raw(length) + data) == std::vector<float>{0.5, -0.5});
  }
  CHECK_THAT(refused_wav(head + raw(6u) + data), Contains("expected 6 bytes of samples, found 5"));
  CHECK_THAT(refused_wav(head + raw(0x80000000u) + data), Contains("expected 2147483648 bytes of samples, found 5"));
  CHECK_THAT(refused_wav(head + raw(0xffffffffu)), Contains("no samples"));
}

TEST_CASE("Files that are not WAV, or not playable, are refused") {
  CHECK_THAT(refused_wav(""), Contains("not a WAV file"));
  CHECK_THAT(refused_wav("ID3\x03 some mp3 bytes"), Contains("not a WAV file") && Contains("ID3"));
  CHECK_THAT(refused_wav("RIFX" + std::string(8, '\0')), Contains("not a WAV file"));
  CHECK_THAT(refused_wav(riff("")), Contains("no data chunk"));
  CHECK_THAT(refused_wav(riff(Format().text())), Contains("no data chunk"));
  CHECK_THAT(refused_wav(riff(chunk("data", "xx"))), Contains("before the fmt chunk"));
  CHECK_THAT(refused_wav(riff(chunk("fmt ", "short") + chunk("data", "xx"))),
             Contains("fmt chunk of 16 bytes, found 5"));
  CHECK_THAT(refused_wav(wav({}, "")), Contains("no samples"));
  CHECK_THAT(refused_wav(wav({}, "x")), Contains("no samples"));
  CHECK_THAT(refused_wav(wav({.channels = 0}, "xx")), Contains("channels is 0"));
  CHECK_THAT(refused_wav(wav({.bits = 12}, "xx")), Contains("PCM (1) of 8, 16, 24 and 32 bits"));
  CHECK_THAT(refused_wav(wav({.tag = 2, .bits = 4}, "xx")), Contains("encoding 2 of 4 bits"));
  CHECK_THAT(refused_wav(wav({.block_align = 0}, "xx")), Contains("block align is 0, expected 2"));
  CHECK_THAT(refused_wav(wav({.channels = 65535, .bits = 32}, "xx")), Contains("block align"));
}

TEST_CASE("Samples that are not finite are refused, naming the first") {
  const std::string fine = raw(0.5f), nan = raw(std::numeric_limits<float>::quiet_NaN()),
                    inf = raw(std::numeric_limits<float>::infinity());
  CHECK_THAT(refused_wav(wav({.tag = 3, .bits = 32}, fine + fine + nan)), Contains("sample 2 is nan"));
  CHECK_THAT(refused_wav(wav({.tag = 3, .channels = 2, .bits = 32}, fine + fine + fine + inf)),
             Contains("sample 1 is inf"));
  CHECK_THAT(refused_wav(wav({.tag = 3, .bits = 64}, raw(1e300))), Contains("sample 0 is inf"));
}

TEST_CASE("Written sounds are read back: float32 exactly, pcm16 to half a step, clipped") {
  const std::vector<float> samples{0, 0.5f, -1, 1, 1.5f, -2, 0.1f, -0.1f, 3e38f, 1e-30f};
  const auto exact = read_wav(write_wav(samples, 48000, WavEncoding::float32).value()).value();
  CHECK(std::equal(samples.begin(), samples.end(), exact.samples.begin(), exact.samples.end()));
  CHECK(exact.sample_rate == 48000);
  const auto rounded = read_wav(write_wav(samples, 44100).value()).value();
  REQUIRE(rounded.samples.size() == samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const float clipped = std::clamp(samples[i], -1.0f, 32767 / 32768.0f);
    CHECK(std::abs(rounded.samples[i] - clipped) <= 0x1p-16f);
  }
}

TEST_CASE("Reading and writing pcm16 again changes nothing") {
  const std::string file = read_text(LODESTONE_SOUNDS "/drums.wav");
  const auto sound = read_wav(bytes_of(file)).value();
  const auto written = write_wav(sound.samples, sound.sample_rate).value();
  CHECK(file.substr(file.size() - 2 * sound.samples.size()) == text_of(written).substr(44));
  CHECK(text_of(written).substr(0, 44) == file.substr(0, 44));
}

TEST_CASE("Invalid sounds are not written") {
  const std::vector<float> nan{0, std::numeric_limits<float>::quiet_NaN()};
  CHECK_THAT(refusal(write_wav(nan, 44100)), Contains("sample 1 is nan"));
  for (const double rate : {0.0, 768001.0, std::nan("")}) {
    const auto result = write_wav({}, rate);
    REQUIRE(!result);
    CHECK(result.error().code == ErrorCode::invalid_argument);
    CHECK_THAT(result.error().message, Contains("sample_rate") && Contains("1 to 768000"));
  }
}

TEST_CASE("Truncated and damaged sounds are refused or read") {
  const std::string text = wav({.channels = 2}, std::string(12, 'x'));
  mistreat(read_wav, text, text.size());
}
