#include <algorithm>

#include "lodestone/import.hpp"
#include "zip_text.hpp"

using namespace lodestone;

namespace {

Result<Model> parse_pytorch(ByteView bytes) { return read_pytorch(bytes, {}); }

std::string refused_pytorch(const std::string& text) { return refusal(read_exactly(parse_pytorch, text)); }

/// An archive of one pickle and storages of that many bytes.
std::string archive(const std::string& pickle, const std::vector<std::size_t>& storages = {}) {
  std::vector<std::pair<std::string, std::string>> entries{{"m/data.pkl", pickle}};
  for (std::size_t i = 0; i < storages.size(); ++i) {
    entries.push_back({"m/data/" + std::to_string(i), std::string(storages[i], '\0')});
  }
  return zip_text(entries);
}

std::string text(const std::string& value) { return "X" + raw(static_cast<std::uint32_t>(value.size())) + value; }

std::string number(std::int32_t value) { return "J" + raw(value); }

/// A tensor of two dimensions; `strides` as pickled.
std::string tensor(int storage, int count, int offset, int rows, int cols, const std::string& strides,
                   const std::string& type = "FloatStorage") {
  return "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + "ctorch\n" + type + "\n" +
         text(std::to_string(storage)) + text("cpu") + number(count) + "tQ" + number(offset) + number(rows) +
         number(cols) + "\x86" + strides + "\x89}tR";
}

std::string strides(int row, int col) { return number(row) + number(col) + "\x86"; }

std::string dict(const std::vector<std::pair<std::string, std::string>>& items) {
  std::string pickle = "\x80\x02}(";
  for (const auto& [key, value] : items) pickle += text(key) + value;
  return pickle + "u.";
}

/// The message about a file with this first LSTM weight.
std::string about(const std::string& weight, std::size_t storage_bytes) {
  return refused_pytorch(archive(dict({{"lstm.weight_ih_l0", weight}}), {storage_bytes}));
}

}  // namespace

TEST_CASE("pytorch: settings missing from a file are given, or MAGNet's") {
  const Bytes file = bytes_of(vector_file("state_dict.pth"));
  CHECK(model_format(file) == ModelFormat::pytorch);
  const Model usual = read_pytorch(file, {}).value();
  CHECK(usual.network == NetworkConfig{.bins = 17, .layers = {6, 6}});
  CHECK(usual.stft == StftConfig{.size = 32, .hop = 8});
  CHECK(usual.impulses.rows() == 0);
  const Model told =
      read_pytorch(file, {.hop = 4, .window_size = 20, .window = Window::hamming, .sample_rate = 8000, .sequence = 7})
          .value();
  CHECK(told.network.sequence == 7);
  CHECK(told.stft ==
        StftConfig{.size = 32, .window_size = 20, .hop = 4, .window = Window::hamming, .sample_rate = 8000});
  const auto wrong = read_pytorch(file, {.hop = 40});
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().code == ErrorCode::invalid_argument);
  CHECK_THAT(wrong.error().message, Catch::Contains("hop is 40; allowed: 1 to 32"));
}

TEST_CASE("pytorch: state_dicts contain the same weights however they are wrapped") {
  const Model reference = parse_pytorch(bytes_of(vector_file("state_dict.pth"))).value();
  for (const char* name : {"checkpoint.pth", "parameters.pth", "views.pth", "double.pth"}) {
    INFO(name);
    Model model = parse_pytorch(bytes_of(vector_file(name))).value();
    CHECK(text_of(write_model(model).value()) == text_of(write_model(reference).value()));
  }
  CHECK(text_of(write_model(parse_pytorch(bytes_of(vector_file("half.pth"))).value()).value()) !=
        text_of(write_model(reference).value()));
}

TEST_CASE("pytorch: tensors must lie in their storages") {
  CHECK_THAT(about(tensor(0, 12, 0, 4, 3, strides(3, 1)), 48), Catch::Contains("lstm.weight_hh_l0"));
  CHECK_THAT(about(tensor(0, 12, 1, 4, 3, strides(3, 1)), 48),
             Catch::Contains("\"lstm.weight_ih_l0\" [4, 3] ends beyond its storage of 12 values"));
  CHECK_THAT(about(tensor(0, 12, 2147483647, 4, 3, strides(3, 1)), 48), Catch::Contains("ends beyond"));
  CHECK_THAT(about(tensor(0, 12, 0, 2147483647, 2147483647, strides(2147483647, 1)), 48),
             Catch::Contains("ends beyond"));
  CHECK_THAT(about(tensor(0, 12, 0, 4, 3, strides(3, 1)), 44), Catch::Contains("its storage is missing or does not"));
  CHECK_THAT(about(tensor(0, 12, 0, 4, 3, strides(3, 1)), 52), Catch::Contains("its storage is missing or does not"));
  CHECK_THAT(about(tensor(0, 2147483647, 0, 4, 3, strides(3, 1)), 48),
             Catch::Contains("its storage is missing or does not"));
  CHECK_THAT(about(tensor(0, -12, 0, 4, 3, strides(3, 1)), 48), Catch::Contains("its storage is missing or does not"));
  CHECK_THAT(about(tensor(7, 12, 0, 4, 3, strides(3, 1)), 48), Catch::Contains("its storage is missing or does not"));
  const char* contiguous = "is not a contiguous tensor in PyTorch's form";
  CHECK_THAT(about(tensor(0, 12, 0, 4, 3, strides(1, 4)), 48), Catch::Contains(contiguous));
  CHECK_THAT(about(tensor(0, 12, 0, 4, 3, strides(0, 0)), 48), Catch::Contains(contiguous));
  CHECK_THAT(about(tensor(0, 12, -1, 4, 3, strides(3, 1)), 48), Catch::Contains(contiguous));
  CHECK_THAT(about(tensor(0, 12, 0, -4, 3, strides(3, 1)), 48), Catch::Contains(contiguous));
  CHECK_THAT(about(tensor(0, 12, 0, 4, 3, number(3) + "\x85"), 48), Catch::Contains(contiguous));
  CHECK_THAT(about(tensor(0, 12, 0, 4, 3, "N"), 48), Catch::Contains(contiguous));
  CHECK_THAT(about("ctorch._utils\n_rebuild_tensor_v2\n)R", 48), Catch::Contains(contiguous));
  CHECK_THAT(about("ctorch._utils\n_rebuild_parameter\n)R", 48), Catch::Contains(contiguous));
  CHECK_THAT(about("ctorch._utils\n_rebuild_parameter\nN\x85R", 48), Catch::Contains(contiguous));
  CHECK_THAT(about(tensor(0, 12, 0, 4, 3, strides(3, 1), "BFloat16Storage"), 24),
             Catch::Contains("\"torch.BFloat16Storage\""));
  CHECK_THAT(about(tensor(0, 6, 0, 2, 3, strides(3, 1), "LongStorage"), 48), Catch::Contains("lstm.weight_hh_l0"));
}

TEST_CASE("pytorch: shapes that no network has") {
  const auto network = [](int rows, int bins, int hidden) {
    const std::string ih = tensor(0, rows * bins, 0, rows, bins, strides(bins, 1));
    const std::string hh = tensor(1, rows * hidden, 0, rows, hidden, strides(hidden, 1));
    return refused_pytorch(
        archive(dict({{"lstm.weight_ih_l0", ih}, {"lstm.weight_hh_l0", hh}}),
                {static_cast<std::size_t>(4 * rows * bins), static_cast<std::size_t>(4 * rows * hidden)}));
  };
  CHECK_THAT(network(8, 9, 2), Catch::Contains("expected batch_norm.weight [9], found no tensor of that name"));
  CHECK_THAT(network(8, 3, 2), Catch::Contains("the file's network: size is 4"));
  CHECK_THAT(network(1, 9, 5000), Catch::Contains("5000"));
  CHECK_THAT(network(1, 40000, 1), Catch::Contains("40000"));
  CHECK_THAT(network(0, 9, 0), Catch::Contains("0"));
}

TEST_CASE("pytorch: files with no network, or two") {
  const std::string weight = tensor(0, 12, 0, 4, 3, strides(3, 1));
  CHECK_THAT(refused_pytorch(archive("\x80\x02}.")), Catch::Contains("it contains no MAGNet network"));
  CHECK_THAT(refused_pytorch(archive(dict({{"encoder.weight", weight}}), {48})),
             Catch::Contains("it contains no MAGNet network"));
  CHECK_THAT(refused_pytorch(archive(dict({{"a.lstm.weight_ih_l0", weight}, {"b.lstm.weight_ih_l0", weight}}), {48})),
             Catch::Contains("two networks, with \"a.lstm.weight_ih_l0\" and \"b.lstm.weight_ih_l0\""));
  CHECK_THAT(refused_pytorch(zip_text({{"a/b", "c"}})), Catch::Contains("without data.pkl"));
  CHECK_THAT(refused_pytorch(zip_text({{"m/data.pkl", "N."}, {"m/constants.pkl", "N."}})),
             Catch::Contains("TorchScript"));
  CHECK_THAT(refused_pytorch(zip_text({{"m/data.pkl", "N."}, {"m/byteorder", "big"}})),
             Catch::Contains("byte order is \"big\""));
  CHECK_THAT(refused_pytorch(archive("\x80\x02}" + std::string(5 << 20, ')'))),
             Catch::Contains("allowed: up to 4194304"));
  CHECK_THAT(refused_pytorch("\x80\x02\x8a\x0al\xfc\x9c"), Catch::Contains("PyTorch before 1.6"));
  CHECK_THAT(refused_pytorch(""), Catch::Contains("bare pickle"));
}

TEST_CASE("pytorch: tensors that the network does not have are named") {
  std::string renamed = vector_file("state_dict.pth");
  for (std::size_t at = 0; (at = renamed.find("fc.bias", at)) != std::string::npos;) renamed.replace(at, 7, "fc.bios");
  CHECK_THAT(refused_pytorch(renamed), Catch::Contains("expected fc.bias [17], found no tensor of that name"));
}

TEST_CASE("pytorch: truncated and damaged files") {
  const std::string text = vector_file("state_dict.pth");
  mistreat(parse_pytorch, text, 200);
  for (std::size_t bit = 0; bit < 8 * text.size(); bit += sanitized ? 119 : 7) {
    std::string flipped = text;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
    const auto result = read_exactly(parse_pytorch, flipped);
    if (!result) CHECK(!result.error().message.empty());
  }
}
