#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <limits>

#include "fake_host.hpp"
#include "lodestone/lodestone.hpp"
#include "training/level.hpp"

using namespace lodestone;

namespace {

/// Small enough to train in a moment.
const std::vector<std::string> small{"--fft", "128", "--hop", "32", "--layers", "8", "--sequence", "4", "--batch", "8"};

std::vector<std::string> with_small(std::vector<std::string> words) {
  words.insert(words.end(), small.begin(), small.end());
  return words;
}

FakeHost host_with_sound(double seconds = 1) {
  FakeHost host;
  host.put("in.wav", wav(tone(seconds)));
  return host;
}

/// Overwrites one of the `count` samples that end a WAV file of 32-bit floats; write_wav itself refuses NaN.
void set_sample(std::vector<std::byte>& file, std::size_t count, std::size_t index, float value) {
  std::memcpy(file.data() + file.size() - (count - index) * sizeof value, &value, sizeof value);
}

std::vector<float> samples_of(FakeHost& host, const std::string& path) {
  const auto sound = read_wav(host.view(path)).value();
  return {sound.samples.begin(), sound.samples.end()};
}

}  // namespace

TEST_CASE("analyze writes the spectrum, its magnitudes or an array") {
  FakeHost host = host_with_sound();
  REQUIRE(host.run({"analyze", "in.wav", "-o", "s.safetensors", "--fft", "256", "--hop", "64"}) == 0);
  const auto spectrum = read_spectrum(host.view("s.safetensors")).value();
  CHECK(spectrum.stft.size == 256);
  CHECK(spectrum.stft.sample_rate == 8000);
  CHECK(spectrum.samples == 8000);
  REQUIRE(host.run({"analyze", "in.wav", "-o", "m.npy", "--fft", "256", "--hop", "64"}) == 0);
  const auto array = read_npy(host.view("m.npy")).value();
  const auto expected = magnitudes(spectrum).value();
  REQUIRE(array.rows() == expected.values.rows());
  CHECK(std::equal(array.all().begin(), array.all().end(), expected.values.all().begin()));
  REQUIRE(host.run({"analyze", "in.wav", "-o", "m.safetensors", "--magnitudes"}) == 0);
  CHECK_FALSE(read_spectrum(host.view("m.safetensors")));
  CHECK(read_magnitudes(host.view("m.safetensors")));
}

TEST_CASE("phase turns a spectrum and a bare array into sound") {
  FakeHost host = host_with_sound();
  REQUIRE(host.run({"analyze", "in.wav", "-o", "s.safetensors", "--fft", "256", "--hop", "64"}) == 0);
  REQUIRE(host.run({"phase", "s.safetensors", "-o", "o.wav", "--save-spectrum", "r.safetensors"}) == 0);
  CHECK(samples_of(host, "o.wav").size() == 8000);
  const auto reconstructed = read_spectrum(host.view("r.safetensors")).value();
  CHECK(consistency(reconstructed).value() > 15);  // a tone is easy; zero phase gives about 1 dB
  SECTION("a start that is already right is kept") {
    REQUIRE(host.run({"phase", "s.safetensors", "-o", "o.wav", "--init", "s.safetensors", "--griffin-lim", "1",
                      "--encoding", "float32"}) == 0);
    const auto in = samples_of(host, "in.wav");
    const auto out = samples_of(host, "o.wav");
    REQUIRE(out.size() == in.size());
    double worst = 0;
    for (std::size_t i = 0; i < in.size(); ++i) worst = std::max<double>(worst, std::fabs(in[i] - out[i]));
    CHECK(worst < 1e-5);  // rounding of a forward and an inverse transform
  }
  SECTION("an array needs its rate and the right frame size") {
    REQUIRE(host.run({"analyze", "in.wav", "-o", "m.npy", "--fft", "256", "--hop", "64"}) == 0);
    CHECK(host.run({"phase", "m.npy", "-o", "o.wav", "--fft", "256", "--hop", "64"}) == 2);
    CHECK(contains(host.err, "--rate is missing"));
    CHECK(host.run({"phase", "m.npy", "-o", "o.wav", "--rate", "8000"}) == 2);
    CHECK(contains(host.err, "--fft 256 would fit"));
    CHECK(host.run({"phase", "m.npy", "-o", "o.wav", "--fft", "256", "--hop", "64", "--rate", "8000"}) == 0);
    CHECK(read_wav(host.view("o.wav")).value().sample_rate == 8000);
  }
  SECTION("settings that the file contains cannot be given") {
    CHECK(host.run({"phase", "s.safetensors", "-o", "o.wav", "--hop", "64"}) == 2);
    CHECK(contains(host.err, "--hop is only for a bare .npy"));
  }
  SECTION("an input is never overwritten") {
    const auto before = host.files.at("s.safetensors");
    CHECK(host.run({"phase", "s.safetensors", "-o", "s.safetensors"}) == 2);
    CHECK(host.run({"phase", "s.safetensors", "-o", "o.wav", "--save-spectrum", "s.safetensors"}) == 2);
    CHECK(host.run({"phase", "s.safetensors", "-o", "new", "--save-spectrum", "new"}) == 2);
    CHECK(host.files.at("s.safetensors") == before);
  }
  SECTION("Ctrl-C writes nothing") {
    host.cancel_after = 0;
    CHECK(host.run({"phase", "s.safetensors", "-o", "stopped.wav", "--griffin-lim", "10000"}) == 130);
    CHECK_FALSE(host.exists("stopped.wav"));
  }
}

TEST_CASE("train learns, reports, and continues from a model") {
  FakeHost host = host_with_sound();
  REQUIRE(host.run(with_small({"train", "in.wav", "-o", "m", "--epochs", "3", "--validation", "0.2", "--json"})) == 0);
  CHECK(contains(host.out, "\"validation_loss\": "));
  CHECK(contains(host.err, "memory"));
  const auto model = read_model(host.view("m")).value();
  CHECK(model.losses.size() == 3);
  CHECK(model.network.layers == std::vector<int>{8});
  CHECK(model.impulses.rows() > 0);
  SECTION("--init adopts the network") {
    REQUIRE(host.run(with_small({"train", "in.wav", "-o", "f", "--epochs", "1", "--components", "0"})) == 0);
    REQUIRE(host.run({"train", "in.wav", "-o", "n", "--init", "m", "--epochs", "1", "--batch", "8", "--components",
                      "0"}) == 0);
    const auto next = read_model(host.view("n")).value();
    NetworkConfig adopted = model.network;
    adopted.components = 0;
    CHECK(next.network == adopted);
    CHECK(next.stft == model.stft);
    CHECK(next.losses[0] < 0.5f * read_model(host.view("f")).value().losses[0]);
    CHECK(host.run({"train", "in.wav", "-o", "n", "--init", "m", "--layers", "9"}) == 2);
    CHECK(contains(host.err, "--layers is 9"));
    CHECK(host.run({"train", "in.wav", "-o", "m", "--init", "m"}) == 2);
  }
  SECTION("--init and a preset with other frames exclude each other") {
    CHECK(host.run({"train", "in.wav", "-o", "n", "--init", "m", "--preset", "responsive"}) == 2);
    CHECK(contains(host.err, "--preset is responsive, but the model of --init has a different value"));
  }
  SECTION("--no-impulses leaves the sound out") {
    REQUIRE(host.run(with_small({"train", "in.wav", "-o", "p", "--epochs", "1", "--no-impulses"})) == 0);
    CHECK(read_model(host.view("p")).value().impulses.rows() == 0);
  }
  SECTION("info describes it") {
    REQUIRE(host.run({"info", "m"}) == 0);
    CHECK(contains(host.out, "lstm.weight_ih_l0"));
    CHECK(contains(host.out, "model"));
    REQUIRE(host.run({"info", "m", "--json"}) == 0);
    CHECK(contains(host.out, "\"layers\": [8]"));
  }
}

TEST_CASE("A preset supplies the options that are not given") {
  FakeHost host = host_with_sound(6);
  const auto trained = [&](std::vector<std::string_view> more) {
    std::vector<std::string_view> words{"train",    "in.wav", "-o",         "m", "--epochs", "1",
                                        "--layers", "4",      "--sequence", "4", "--batch",  "16"};
    words.insert(words.end(), more.begin(), more.end());
    REQUIRE(host.run({words.begin(), words.end()}) == 0);
    return read_model(host.view("m")).value();
  };
  const Model responsive = trained({"--preset", "responsive"});
  CHECK(responsive.stft.size == 1152);
  CHECK(responsive.stft.hop == 256);
  CHECK(responsive.network.group == 2);
  const Model quality = trained({"--preset", "quality", "--hop", "256"});
  CHECK(quality.stft.size == 2048);
  CHECK(quality.stft.hop == 256);
  CHECK(quality.network.scale == Scale::log1p);
  CHECK(trained({}).network.scale == Scale::log1p);
  CHECK(trained({"--classic"}).network.scale == Scale::linear);
  CHECK(trained({"--preset", "classic"}).network.scale == Scale::linear);
  CHECK(host.run({"train", "in.wav", "-o", "m", "--preset", "best"}) == 2);
  CHECK(contains(host.err, "--preset is \"best\"; allowed: quality, responsive or classic"));
}

TEST_CASE("train learns many files with the same rate") {
  FakeHost host = host_with_sound();
  host.put("b.wav", wav(tone(0.5)));
  host.put("c.wav", write_wav(tone(0.5), 16000, WavEncoding::float32).value());
  REQUIRE(host.run(with_small({"train", "in.wav", "b.wav", "-o", "m", "--epochs", "1"})) == 0);
  CHECK(contains(host.err, "2 files: 1.5 s"));
  CHECK(read_model(host.view("m")).value().impulses.rows() == 251 + 126);
  REQUIRE(host.run(with_small({"train", "in.wav", "-o", "m", "--epochs", "1", "--copies", "1"})) == 0);
  CHECK(read_model(host.view("m")).value().impulses.rows() >= 251 + 240);
  CHECK(host.run(with_small({"train", "in.wav", "c.wav", "-o", "m"})) == 2);
  CHECK(contains(host.err, "c.wav has 16000 Hz, in.wav 8000 Hz; allowed: the same rate for all"));
  CHECK(host.run(with_small({"train", "in.wav", "b.wav", "-o", "b.wav"})) == 2);
  CHECK(contains(host.err, "also an input"));
}

TEST_CASE("train brings sounds to one level unless told not to") {
  FakeHost host = host_with_sound();
  const auto loudest = [&](std::vector<std::string> words) {
    REQUIRE(host.run(with_small(std::move(words))) == 0);
    const auto model = read_model(host.view("m")).value();
    return *std::max_element(model.impulses.all().begin(), model.impulses.all().end());
  };
  const float as_is = loudest({"train", "in.wav", "-o", "m", "--epochs", "1", "--no-normalise"});
  const float level = loudest({"train", "in.wav", "-o", "m", "--epochs", "1"});
  const float gain = normalising_gain(tone(1), 8000);
  CHECK(gain != 1);
  CHECK(level / as_is == Approx(gain).epsilon(2e-3));  // impulses are rounded to 11 bits
}

TEST_CASE("train writes the same model with any number of threads") {
  FakeHost host = host_with_sound();
  for (const std::string threads : {"1", "2", "8"}) {
    REQUIRE(host.run(with_small({"train", "in.wav", "-o", threads, "--epochs", "2", "--threads", threads})) == 0);
    CHECK((host.files[threads] == host.files["1"]));
  }
  CHECK(host.run(with_small({"train", "in.wav", "-o", "m", "--threads", "3"})) == 2);
  CHECK(contains(host.err, "--threads is \"3\"; allowed: 1, 2, 4 or 8"));
}

TEST_CASE("train stops early and reports the best epoch") {
  FakeHost host = host_with_sound();
  REQUIRE(host.run(with_small({"train", "in.wav", "-o", "m", "--epochs", "1000", "--validation", "0.2", "--patience",
                               "3", "--learning-rate", "0.1", "--json"})) == 0);
  CHECK(contains(host.err, ", where the held-out loss was lowest"));
  CHECK(contains(host.out, "\"stopped_early\": true"));
  CHECK(contains(host.out, "\"stopped\": false"));
  const auto held_out = read_model(host.view("m")).value().validation_losses;
  CHECK(held_out.size() < 1000);
  const auto best = std::min_element(held_out.begin(), held_out.end()) - held_out.begin() + 1;
  CHECK(static_cast<std::size_t>(best) + 3 == held_out.size());
  CHECK(contains(host.out, "\"best_epoch\": " + std::to_string(best) + ","));
  CHECK(host.run(with_small({"train", "in.wav", "-o", "m", "--patience", "3"})) == 2);
  CHECK(contains(host.err, "patience is 3; allowed: 0 if nothing is held out"));
}

TEST_CASE("train reports when it goes back, and when it gives up") {
  FakeHost host = host_with_sound();
  REQUIRE(host.run(with_small({"train", "in.wav", "-o", "m", "--classic", "--epochs", "1", "--json"})) == 0);
  CHECK(contains(host.out, "\"rollbacks\": 0"));
  auto model = read_model(host.view("m")).value();
  for (float& value : model.weights.dense_bias) value = 3e38f;
  host.put("broken", write_model(model).value());
  CHECK(host.run(with_small({"train", "in.wav", "-o", "n", "--classic", "--init", "broken"})) == 2);
  CHECK(contains(host.err, "the loss was not finite: back to the end of epoch 0, learning rate 0.0005"));
  CHECK(contains(host.err,
                 "training blew up in epoch 1: the loss was not finite ten times in a row, last at a learning "
                 "rate of 1.95313e-6; try a smaller learning rate"));
  CHECK_FALSE(host.exists("n"));
}

TEST_CASE("Ctrl-C during training saves the model so far and says where") {
  FakeHost host = host_with_sound();
  host.cancel_after = 70;
  CHECK(host.run(with_small({"train", "in.wav", "-o", "half", "--epochs", "1000"})) == 130);
  CHECK(contains(host.err, "half"));
  const auto model = read_model(host.view("half")).value();
  CHECK(model.losses.size() >= 1);
  CHECK(model.losses.size() < 1000);
  host.cancel_after = 0;
  CHECK(host.run(with_small({"train", "in.wav", "-o", "none", "--epochs", "1000"})) == 130);
  CHECK_FALSE(host.exists("none"));
}

TEST_CASE("training shows a bar on a terminal and lines elsewhere") {
  FakeHost host = host_with_sound();
  host.terminal_columns = 100;
  REQUIRE(host.run(with_small({"train", "in.wav", "-o", "m", "--epochs", "30", "--validation", "0.2"})) == 0);
  REQUIRE(host.progress_lines.size() > 2);
  const std::string& line = host.progress_lines[host.progress_lines.size() / 2];
  CHECK(contains(line, "["));
  CHECK(contains(line, "of 30"));
  CHECK(contains(line, "loss"));
  CHECK(contains(line, "validation"));
  CHECK(contains(line, "left"));
  CHECK(host.progress_lines.back().empty());
  for (const auto& shown : host.progress_lines) CHECK(shown.size() < 100);
  host.progress_lines.clear();
  host.terminal_columns = 0;
  REQUIRE(host.run(with_small({"train", "in.wav", "-o", "m", "--epochs", "30"})) == 0);
  CHECK(host.progress_lines.empty());
  CHECK(contains(host.err, "epoch"));
}

TEST_CASE("generate gives the requested length, and the same sound for the same seed") {
  FakeHost host = host_with_sound();
  REQUIRE(host.run(with_small({"train", "in.wav", "-o", "m", "--epochs", "20"})) == 0);
  const std::vector<std::string> words{"generate",     "m",   "-o",      "a.wav", "--seconds", "0.5",
                                       "--randomness", "0.1", "--phase", "fast"};
  REQUIRE(host.run(words) == 0);
  CHECK(contains(host.out, "reseeds"));
  const auto first = samples_of(host, "a.wav");
  CHECK(first.size() == 4000);
  REQUIRE(host.run(words) == 0);
  CHECK(samples_of(host, "a.wav") == first);
  CHECK(*std::max_element(first.begin(), first.end()) > 0);
  CHECK(host.run({"generate", "in.wav", "-o", "a.wav"}) == 2);
  host.memory_bytes = 1e6;
  CHECK(host.run({"generate", "m", "-o", "a.wav", "--seconds", "3600"}) == 2);
  CHECK(contains(host.err, "of memory"));
}

TEST_CASE("sound above full scale is scaled down to -0.1 dBFS, with a note") {
  FakeHost host;
  host.put("loud.wav", wav(tone(0.5, 8000, 440, 3)));
  REQUIRE(host.run({"analyze", "loud.wav", "-o", "s", "--fft", "256", "--hop", "64"}) == 0);
  const std::vector<std::string> words{"phase", "s", "-o", "o.wav", "--init", "s", "--griffin-lim", "1"};
  REQUIRE(host.run(words) == 0);
  CHECK(contains(host.err, "scaled down"));
  const auto samples = samples_of(host, "o.wav");
  const float loudest = *std::max_element(samples.begin(), samples.end());
  CHECK(loudest == Approx(std::pow(10, -0.1 / 20)).margin(2e-4));  // 16 bits, and the peak may be negative
  auto as_is = words;
  as_is.insert(as_is.end(), {"--encoding", "float32"});
  REQUIRE(host.run(as_is) == 0);
  const auto untouched = samples_of(host, "o.wav");
  CHECK(*std::max_element(untouched.begin(), untouched.end()) > 3);
}

TEST_CASE("sound that cannot be used is refused") {
  FakeHost host;
  host.put("nan.wav", wav(tone(1)));
  set_sample(host.files["nan.wav"], 8000, 17, std::numeric_limits<float>::quiet_NaN());
  host.put("inf.wav", wav(tone(1)));
  set_sample(host.files["inf.wav"], 8000, 17, -std::numeric_limits<float>::infinity());
  host.put("empty.wav", wav({}));
  host.put("one.wav", wav({0.5f}));
  host.put("text.wav", "this is no sound");
  host.put("nothing.wav", "");
  host.put("short.wav", wav(tone(0.2)));
  for (const std::string name : {"nan.wav", "inf.wav", "empty.wav", "one.wav", "text.wav", "nothing.wav"}) {
    for (const std::string command : {"analyze", "train", "plot"}) {
      INFO(command << " " << name);
      CHECK(host.run({command, name, "-o", "x"}) == 2);
      CHECK(host.err.size() > 10);
      CHECK_FALSE(host.exists("x"));
    }
  }
  CHECK(host.run({"analyze", "nan.wav", "-o", "x"}) == 2);
  CHECK(contains(host.err, "sample 17"));
  CHECK(host.run({"train", "short.wav", "-o", "x"}) == 2);
  CHECK(contains(host.err, " s)"));  // how many seconds are needed
  CHECK(host.run({"analyze", "short.wav", "-o", "x", "--rate", "44100"}) == 2);
  CHECK(contains(host.err, "--rate is 44100"));
}

TEST_CASE("silence can be trained on and heard") {
  FakeHost host;
  host.put("zeros.wav", wav(std::vector<float>(8000)));
  REQUIRE(host.run(with_small({"train", "zeros.wav", "-o", "m", "--epochs", "1"})) == 0);
  REQUIRE(host.run({"generate", "m", "-o", "o.wav", "--seconds", "0.2", "--phase", "fast"}) == 0);
  for (const float sample : samples_of(host, "o.wav")) CHECK(std::isfinite(sample));
  REQUIRE(host.run({"plot", "zeros.wav", "-o", "p.png"}) == 0);
}

TEST_CASE("a failed write is an error, and the previous file stays") {
  FakeHost host = host_with_sound();
  host.put("x", "precious");
  const auto before = host.files.at("x");
  host.refuse_writing = "x";
  CHECK(host.run({"analyze", "in.wav", "-o", "x"}) == 2);
  CHECK(contains(host.err, "disk full"));
  CHECK(host.run(with_small({"train", "in.wav", "-o", "x", "--epochs", "1"})) == 2);
  CHECK(host.files.at("x") == before);
}

TEST_CASE("damaged files are refused by every command") {
  FakeHost host = host_with_sound();
  REQUIRE(host.run(with_small({"train", "in.wav", "-o", "m", "--epochs", "1"})) == 0);
  const auto whole = host.files.at("m");
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{7}, std::size_t{9}, std::size_t{100}, whole.size() / 2, whole.size() - 1}) {
    host.files["cut"].assign(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    for (const std::vector<std::string>& words : {std::vector<std::string>{"generate", "cut", "-o", "x"},
                                                  {"info", "cut"},
                                                  {"plot", "cut", "-o", "x"},
                                                  {"phase", "cut", "-o", "x"},
                                                  {"train", "in.wav", "-o", "x", "--init", "cut"}}) {
      INFO(words[0] << " " << size);
      CHECK(host.run(words) == 2);
    }
  }
}

TEST_CASE("convert --folded writes what other programs read") {
  FakeHost host = host_with_sound();
  REQUIRE(host.run(with_small({"train", "in.wav", "-o", "m", "--epochs", "1", "--components", "5"})) == 0);
  REQUIRE(host.run({"info", "m"}) == 0);
  CHECK(contains(host.out, "components       5"));
  REQUIRE(host.run({"convert", "m", "-o", "same"}) == 0);
  CHECK(host.files.at("same") == host.files.at("m"));
  REQUIRE(host.run({"convert", "m", "-o", "f", "--folded"}) == 0);
  const Bytes expected = write_model(ModelView(read_model(host.view("m")).value()).folded().value()).value();
  CHECK(std::equal(expected.begin(), expected.end(), host.view("f").begin(), host.view("f").end()));
  REQUIRE(host.run({"info", "f"}) == 0);
  CHECK_FALSE(contains(host.out, "components"));
  REQUIRE(host.run({"convert", "f", "-o", "g", "--folded"}) == 0);
  CHECK(host.files.at("g") == host.files.at("f"));
}

TEST_CASE("models from other programs are recognised by content") {
  const auto file = [](const std::string& name) {
    std::ifstream stream(LODESTONE_TEST_DATA "/import/" + name, std::ios::binary);
    return std::string{std::istreambuf_iterator<char>(stream), {}};
  };
  FakeHost host = host_with_sound();
  host.put("m", file("checkpoint.pth"));
  host.put("j/model.json", file("tfjs/model.json"));
  host.put("j/group1-shard1of2.bin", file("tfjs/group1-shard1of2.bin"));
  host.put("j/group1-shard2of2.bin", file("tfjs/group1-shard2of2.bin"));
  SECTION("info describes them as imported") {
    REQUIRE(host.run({"info", "m", "--hop", "4"}) == 0);
    CHECK(contains(host.out, "PyTorch or TensorFlow.js model"));
    CHECK(contains(host.out, "hop              4 samples"));
    REQUIRE(host.run({"info", "j/model.json"}) == 0);
    CHECK(contains(host.out, "layers           6, 5"));
  }
  SECTION("generate plays them") {
    REQUIRE(host.run({"generate", "j/model.json", "-o", "o.wav", "--seconds", "0.5", "--rate", "8000"}) == 0);
    CHECK(samples_of(host, "o.wav").size() == 4000);
    CHECK(contains(host.err, "contains no impulses"));
  }
  SECTION("convert writes Lodestone's format, with impulses if given the sound") {
    REQUIRE(host.run({"convert", "m", "-o", "o", "--rate", "8000", "--impulses", "in.wav", "--sequence", "7"}) == 0);
    const Model model = read_model(host.view("o")).value();
    CHECK(model.impulses.rows() == 1 + 8000 / 8);
    CHECK(model.network.sequence == 7);
    CHECK(host.run({"convert", "o", "-o", "p", "--hop", "4"}) == 2);
    CHECK(contains(host.err, "--hop is only for PyTorch and TensorFlow.js models"));
    REQUIRE(host.run({"convert", "o", "-o", "p"}) == 0);
    CHECK(std::equal(host.view("o").begin(), host.view("o").end(), host.view("p").begin(), host.view("p").end()));
  }
  SECTION("their errors are reported") {
    host.files.erase("j/group1-shard2of2.bin");
    CHECK(host.run({"info", "j/model.json"}) == 2);
    CHECK(contains(host.err, "group1-shard2of2.bin"));
    host.put("bad.pth", "PK");
    CHECK(host.run({"convert", "bad.pth", "-o", "o"}) == 2);
    CHECK(contains(host.err, "bad.pth: zip: the archive is truncated"));
    CHECK(host.run({"convert", "m", "-o", "o", "--hop", "99"}) == 2);
    CHECK(contains(host.err, "hop is 99; allowed: 1 to 32"));
  }
}
