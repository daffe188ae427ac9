#include "cli/arguments.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "cli/commands.hpp"
#include "cli/facts.hpp"
#include "cli/stages.hpp"
#include "cli/text.hpp"
#include "fake_host.hpp"
#include "formats/json.hpp"
#include "lodestone/lodestone.hpp"

using namespace lodestone;

namespace {

const cli::Command& command(std::string_view name) {
  for (const auto& command : cli::commands()) {
    if (command.name == name) return command;
  }
  FAIL("no command " << name);
  std::abort();
}

cli::Arguments parse(std::string_view name, std::vector<std::string_view> words) {
  return cli::Arguments::parse(command(name), words).value();
}

void add_keys(const JsonValue& value, std::vector<std::string>& keys) {
  if (!value.key.empty()) keys.emplace_back(value.key);
  for (const JsonValue& inner : value) add_keys(inner, keys);
}

/// The keys in a JSON text; fails if it is not valid.
std::vector<std::string> json_keys(const std::string& text) {
  INFO(text);
  const auto json = Json::read("output", text);
  REQUIRE(json);
  std::vector<std::string> keys;
  add_keys(json->root(), keys);
  return keys;
}

/// Replaces all white space with single spaces.
std::string one_line(const std::string& text) {
  std::string line;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n';
    if (!blank)
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  return line;
}

bool has(const std::vector<std::string>& keys, const std::string& key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

}  // namespace

TEST_CASE("numbers are parsed strictly") {
  double number = 0;
  for (const std::string_view good : {"0", "-1.5", "1e-3", "+2", ".5", "1E6"}) CHECK(cli::parse_number(good, number));
  for (const std::string_view bad : {"", "1x", "0x10", "nan", "inf", " 1", "1 ", "1,5", "1e999", "--1", "1e"}) {
    INFO(bad);
    CHECK_FALSE(cli::parse_number(bad, number));
  }
  std::int64_t integer = 0;
  CHECK(cli::parse_integer("9223372036854775807", integer));
  CHECK(integer == INT64_MAX);
  for (const std::string_view bad : {"", "-", "1.0", "9223372036854775808", "99999999999999999999999", "1e3", "+1"}) {
    INFO(bad);
    CHECK_FALSE(cli::parse_integer(bad, integer));
  }
}

TEST_CASE("every help page names its options with range and default") {
  FakeHost host;
  REQUIRE(host.run({"help"}) == 0);
  for (const auto& command : cli::commands()) CHECK(contains(host.out, command.name));
  for (const auto& command : cli::commands()) {
    REQUIRE(host.run({std::string(command.name), "--help"}) == 0);
    const std::string page = host.out;
    REQUIRE(host.run({"help", std::string(command.name)}) == 0);
    CHECK(host.out == page);
    for (const auto& group : command.groups) {
      for (const auto& option : group.options) {
        INFO(command.name << " " << option.name);
        CHECK(contains(page, option.name));
        if (!option.fallback.empty()) CHECK(contains(one_line(page), "default " + std::string(option.fallback)));
      }
    }
    for (const auto line : cli::split(page, '\n')) {
      INFO(line);
      CHECK(line.size() <= 104);  // 100 characters; a − or · is two or three bytes
    }
  }
}

TEST_CASE("the manual contains the help of every command verbatim") {
  std::ifstream file(std::string(LODESTONE_TEST_DATA) + "/../../docs/command-line.md");
  const std::string manual((std::istreambuf_iterator<char>(file)), {});
  for (const auto& command : cli::commands()) {
    INFO(command.name << ": replace the block with the output of `lodestone help " << command.name << "`");
    CHECK(contains(manual, "```text\n" + cli::help_text(command) + "```"));
  }
}

/// The defaults that the help shows are the values of these fields.
template <class Config>
void check_defaults(const cli::Arguments& arguments, std::span<const cli::Option> options, const Config& config) {
  for (const cli::Option& option : options) {
    if (!option.field || option.kind == cli::Kind::flag) continue;
    INFO(option.name);
    const double value = detail::field_value(&config, *option.field);
    if (option.kind == cli::Kind::choice) {
      CHECK(arguments.text(option.name) == cli::split(option.choices, '|')[static_cast<std::size_t>(value)]);
    } else {
      CHECK(arguments.number(option.name) == value);
    }
  }
}

TEST_CASE("defaults of the command line are the library's, and those of train the default preset's") {
  const auto train = parse("train", {"a.wav", "-o", "b"});
  const TrainingConfig preset = training_preset(training_presets()[0]).value();
  CHECK(train.integers("--layers") == preset.trainer.layers);
  check_defaults(train, cli::facts::trainer_options, preset.trainer);
  check_defaults(train, cli::facts::corpus_options, preset.corpus);
  check_defaults(train, cli::facts::stft_options, preset.stft);
  check_defaults(parse("analyze", {"a", "-o", "b"}), cli::facts::stft_options, StftConfig{});
  check_defaults(parse("phase", {"a", "-o", "b"}), cli::facts::phase_options, PhaseConfig{});
  check_defaults(parse("generate", {"a", "-o", "b"}), cli::facts::dream_options, DreamConfig{});
  check_defaults(parse("convert", {"a", "-o", "b"}), cli::facts::import_options, ImportConfig{});
  std::string presets;
  for (const auto name : phase_presets()) presets += (presets.empty() ? "" : "|") + std::string(name);
  CHECK(presets == cli::facts::phase_presets);
}

TEST_CASE("wrong usage is refused with exit code 2 and names what is wrong") {
  FakeHost host;
  host.put("in.wav", wav(tone(1)));
  const struct {
    std::vector<std::string> words;
    std::string_view said;
  } cases[] = {
      {{}, "Usage"},
      {{"trian", "in.wav"}, "Did you mean train?"},
      {{"analyze", "in.wav", "-o", "x", "--fftt", "512"}, "Did you mean --fft?"},
      {{"analyze", "in.wav", "-o", "x", "--window-sise", "512"}, "Did you mean --window-size?"},
      {{"analyze", "in.wav", "-o", "x", "--window", "han"}, "Did you mean hann?"},
      {{"analyze", "in.wav", "-o", "x", "--fft", "512x"}, "--fft is \"512x\"; allowed: a whole number, 16 to 65536"},
      {{"analyze", "in.wav", "-o", "x", "--fft", "4294968320"}, "16 to 65536"},
      {{"analyze", "in.wav", "-o", "x", "--fft", "513"}, "513"},
      {{"analyze", "in.wav", "-o", "x", "--hop", "0"}, "--hop is \"0\""},
      {{"analyze", "in.wav", "-o", "x", "--hop"}, "--hop needs a value"},
      {{"analyze", "in.wav", "-o", "x", "--hop", "--json"}, "--hop needs a value"},
      {{"analyze", "in.wav", "-o", "x", "--json=1"}, "--json takes no value"},
      {{"analyze", "in.wav", "-o", "x", "--hop", "1", "--hop", "2"}, "given twice"},
      {{"analyze", "in.wav"}, "-o, is missing"},
      {{"analyze", "-o", "x"}, "no file"},
      {{"analyze", "in.wav", "b.wav", "-o", "x"}, "2 files"},
      {{"analyze", "nothing.wav", "-o", "x"}, "nothing.wav"},
      {{"analyze", "in.wav", "-o", "missing/x"}, "there is no folder"},
      {{"train", "in.wav", "-o", "x", "--layers", "0"}, "--layers is \"0\""},
      {{"train", "in.wav", "-o", "x", "--layers", "1000000000"}, "1 to 4096"},
      {{"train", "in.wav", "-o", "x", "--layers", "1,2,3,4,5"}, "layers"},
      {{"train", "in.wav", "-o", "x", "--layers", "128,"}, "--layers is \"128,\""},
      {{"train", "in.wav", "-o", "x", "--learning-rate", "-1"}, "0 to 1"},
      {{"train", "in.wav", "-o", "x", "--seed", "4294967296"}, "0 to 4294967295"},
      {{"train", "in.wav", "-o", "x", "--seed", "-1"}, "0 to 4294967295"},
      {{"phase", "in.wav", "-o", "x", "--batch", "0"}, "--batch is \"0\""},
      {{"phase", "in.wav", "-o", "x", "--batch", "5:1:2:3:4"}, "N[:alpha:beta:gamma]"},
      {{"phase", "in.wav", "-o", "x", "--batch", "5:-1"}, "--batch is \"5:-1\""},
      {{"phase", "in.wav", "-o", "x", "--preset", "beste"}, "Did you mean best?"},
      {{"phase", "in.wav", "-o", "x", "--preset", "best", "--batch", "3"}, "one or the other"},
      {{"generate", "in.wav", "-o", "x", "--seconds", "0"}, "--seconds is \"0\""},
      {{"generate", "in.wav", "-o", "x", "--points", "0.5,1.5"}, "--points is"},
      {{"plot", "in.wav", "-o", "x", "--size", "1200"}, "WIDTHxHEIGHT"},
      {{"plot", "in.wav", "-o", "x", "--size", "1x99999"}, "WIDTHxHEIGHT"},
      {{"help", "plott"}, "Did you mean plot?"},
  };
  for (const auto& wrong : cases) {
    INFO(Catch::StringMaker<std::vector<std::string>>::convert(wrong.words));
    const auto files = host.files;
    CHECK(host.run(wrong.words) == 2);
    INFO(host.err);
    CHECK(contains(host.err, wrong.said));
    const bool json = std::find(wrong.words.begin(), wrong.words.end(), "--json") != wrong.words.end();
    CHECK(host.out.empty() != json);
    CHECK(host.files == files);
  }
}

TEST_CASE("--json also reports errors and the version as JSON") {
  FakeHost host;
  CHECK(host.run({"info", "none", "--json"}) == 2);
  CHECK(has(json_keys(host.out), "error"));
  CHECK(host.run({"nonsense", "--json"}) == 2);
  CHECK(has(json_keys(host.out), "exit_code"));
  CHECK(host.run({"--version"}) == 0);
  CHECK(contains(host.out, "0."));
  CHECK(host.run({"--version", "--json"}) == 0);
  CHECK(has(json_keys(host.out), "lodestone"));
  host.put("quote\"d\n.wav", wav(tone(0.1)));
  CHECK(host.run({"info", "quote\"d\n.wav", "--json"}) == 0);
  CHECK(has(json_keys(host.out), "sample_rate"));
}

TEST_CASE("stages keep the order of the command line and their defaults") {
  const auto arguments =
      parse("phase", {"a", "-o", "b", "--griffin-lim", "30:0.99", "--pghi", "--batch", "7", "--nofuture=1:2:3:4",
                      "--online", "10:0.5", "--batch", "2:0", "--look-ahead", "1"});
  const PhaseConfig config = cli::phase_config(arguments).value();
  REQUIRE(config.stages.size() == 6);
  CHECK(config.look_ahead == 1);
  const PhaseMethod methods[] = {PhaseMethod::griffin_lim, PhaseMethod::pghi,   PhaseMethod::batch,
                                 PhaseMethod::nofuture,    PhaseMethod::online, PhaseMethod::batch};
  for (std::size_t i = 0; i < 6; ++i) CHECK(config.stages[i].method == methods[i]);
  CHECK(config.stages[0].iterations == 30);
  CHECK(config.stages[0].momentum == 0.99);
  CHECK(config.stages[2].iterations == 7);
  CHECK(config.stages[2].alpha == 100);
  CHECK(config.stages[3].alpha == 2);
  CHECK(config.stages[3].beta == 3);
  CHECK(config.stages[3].gamma == 4);
  CHECK(config.stages[4].alpha == 0.5);
  CHECK(config.stages[4].beta == 0.1);
  CHECK(config.stages[5].alpha == 0);
}

TEST_CASE("a file whose name begins with a dash goes after --") {
  const auto arguments = parse("info", {"--json", "--", "-x.wav"});
  REQUIRE(arguments.files().size() == 1);
  CHECK(arguments.files()[0] == "-x.wav");
}
