#include "lodestone/model.hpp"

#include <cmath>
#include <limits>

#include "lodestone/random.hpp"
#include "support.hpp"

using namespace lodestone;
using Catch::Matchers::Contains;

namespace {

void fill(std::span<float> values, Random& random, float lowest) {
  for (float& value : values) value = lowest + (1 - lowest) * random.uniform();
}

Model sample_model(std::size_t frames = 5, int components = 0, int group = 1) {
  Random random(3);
  const StftConfig stft{.size = 32,
                        .window_size = 24,
                        .hop = 7,
                        .window = Window::blackman,
                        .framing = Framing::lws,
                        .sample_rate = 44100 / 1.001};
  const NetworkConfig network{
      .bins = 17, .layers = {3, 4}, .sequence = 6, .scale = Scale::log1p, .components = components, .group = group};
  auto weights = Weights::create(network).value();
  for (const NamedTensor& tensor : tensors(weights))
    fill(tensor.values, random, tensor.name == "batch_norm.running_var" ? 0.0f : -1.0f);
  auto impulses = Array2<float>::create(frames, 17).value();
  fill(impulses.all(), random, 0);
  round_to_half(impulses.all());
  auto residuals = Buffer<float>::create(static_cast<std::uint64_t>(network.width())).value();
  fill(residuals, random, 0);
  return {stft,       network, std::move(weights), std::move(impulses), std::move(residuals), {0.3f, 0.1f, 1e-7f},
          {0.5f, NAN}};
}

void check_equal(Model& a, Model& b) {
  CHECK(a.stft == b.stft);
  CHECK(a.network == b.network);
  const auto x = tensors(a.weights), y = tensors(b.weights);
  REQUIRE(x.size() == y.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    INFO(x[i].name);
    CHECK(text_of(std::as_bytes(x[i].values)) == text_of(std::as_bytes(y[i].values)));
  }
  CHECK(a.impulses.rows() == b.impulses.rows());
  CHECK(text_of(std::as_bytes(a.impulses.all())) == text_of(std::as_bytes(b.impulses.all())));
  CHECK(text_of(std::as_bytes(std::span<const float>(a.residuals))) ==
        text_of(std::as_bytes(std::span<const float>(b.residuals))));
  CHECK(text_of(std::as_bytes(std::span<const float>(a.losses))) ==
        text_of(std::as_bytes(std::span<const float>(b.losses))));
  REQUIRE(a.validation_losses.size() == b.validation_losses.size());
  for (std::size_t i = 0; i < a.validation_losses.size(); ++i) {
    CHECK((a.validation_losses[i] == b.validation_losses[i] ||
           (std::isnan(a.validation_losses[i]) && std::isnan(b.validation_losses[i]))));
  }
}

/// The model's file with one piece of its JSON replaced by another (its quotes are escaped, because it is a string
/// within JSON).
std::string with(std::string from, std::string to) {
  const Bytes bytes = write_model(sample_model()).value();
  Safetensors file = read_safetensors(bytes).value();
  std::string& json = file.metadata.at(0).second;
  const auto place = json.find(from);
  INFO(from << " in " << json);
  REQUIRE(place != std::string::npos);
  json.replace(place, from.size(), to);
  return text_of(write_safetensors(file).value());
}

/// The message about the model's file after `change(file)`.
template <class Change>
std::string refused_after(Change change) {
  const Bytes bytes = write_model(sample_model()).value();
  Safetensors file = read_safetensors(bytes).value();
  change(file);
  return refusal(read_model(write_safetensors(file).value()));
}

std::string refused_model(const std::string& from, const std::string& to) {
  return refusal(read_exactly(read_model, with(from, to)));
}

TensorView& tensor(Safetensors& file, std::string_view name) { return const_cast<TensorView&>(*file.find(name)); }

}  // namespace

TEST_CASE("A model is read back bit for bit") {
  Model model = sample_model();
  const Bytes bytes = write_model(model).value();
  Model read = read_model(bytes).value();
  check_equal(model, read);
  CHECK(text_of(write_model(read).value()) == text_of(bytes));
  Model copy = read.clone().value();
  check_equal(model, copy);
}

TEST_CASE("A model with components is read back bit for bit, and its file is compact once it is rounded") {
  Model model = sample_model(GENERATE(0, 5, 70), 3, GENERATE(1, 2));
  const bool rounded = GENERATE(false, true);
  if (rounded) round_to_compact(model);
  const Bytes bytes = write_model(model).value();
  Model read = read_model(bytes).value();
  check_equal(model, read);
  CHECK(text_of(write_model(read).value()) == text_of(bytes));
  const Safetensors file = read_safetensors(bytes).value();
  for (const TensorView& tensor : file.tensors) {
    INFO(tensor.name);
    const bool is_impulses = tensor.name.starts_with("impulses");
    CHECK(dtype_name(tensor.dtype) == (is_impulses ? rounded ? "U8" : "F16" : rounded ? "F16" : "F32"));
  }
  round_to_compact(read);
  round_to_compact(model);
  check_equal(model, read);  // rounding twice changes nothing
}

TEST_CASE("A model of groups says so in its file, which earlier versions refuse by its format_version") {
  Model model = sample_model(20, GENERATE(0, 3), 2);
  const Safetensors file = read_safetensors(write_model(model).value()).value();
  CHECK(file.find_metadata("lodestone")->starts_with("{\"format_version\":2,"));
  CHECK_THAT(*file.find_metadata("lodestone"), Contains("\"scale\":\"log1p\",\"group\":2}"));
  CHECK(file.find("residuals")->shape == std::vector<std::uint64_t>{34});
  CHECK_THAT(refused_model("\"scale\":\"log1p\"", "\"scale\":\"log1p\",\"group\":2"),
             Contains("expected batch_norm.weight [34], found [17]"));
  CHECK_THAT(refused_model("\"scale\":\"log1p\"", "\"scale\":\"log1p\",\"group\":17"),
             Contains("group is 17; allowed: 1 to 16 frames"));
  CHECK_THAT(refused_model("\"scale\":\"log1p\"", "\"scale\":\"log1p\",\"group\":null"),
             Contains("network.group is null; allowed: a 32-bit integer"));
}

TEST_CASE("Rounding changes a magnitude by half a step at most") {
  Model model = sample_model(2000, 3);
  Random random(1);
  for (float& value : model.impulses.all()) value = std::exp(30 * random.uniform() - 20);  // 2e-9 to 2e4
  const Array2<float> before = model.impulses.clone().value();
  round_to_compact(model);
  for (std::size_t i = 0; i < before.size(); ++i) {
    const double loudness = std::log1p(4 * before.data()[i]), rounded = std::log1p(4 * model.impulses.data()[i]);
    REQUIRE(std::abs(rounded - loudness) < 0.026);  // 0.05 / 2, and float16 twice
  }
}

TEST_CASE("A folded model has no components, the same frames, and predicts the same") {
  Model model = sample_model(20, 3);
  round_to_compact(model);
  Model folded = ModelView(model).folded().value();
  CHECK(folded.network.components == 0);
  CHECK(text_of(std::as_bytes(folded.impulses.all())) == text_of(std::as_bytes(model.impulses.all())));
  auto a = Predictor::create(model.network, model.weights, Mode::window).value();
  auto b = Predictor::create(folded.network, folded.weights, Mode::window).value();
  for (std::size_t m = 0; m < 20; ++m) {
    const auto x = a.process(model.impulses.row(m)), y = b.process(model.impulses.row(m));
    for (std::size_t k = 0; k < 17; ++k) CHECK(x[k] == Approx(y[k]).margin(1e-5));
  }
  const Bytes bytes = write_model(folded).value();
  CHECK(read_safetensors(bytes)->find("impulses")->dtype == DType::f16);  // as earlier versions write it
  Model read = read_model(bytes).value();
  check_equal(folded, read);
  Model again = ModelView(folded).folded().value();
  check_equal(folded, again);
}

TEST_CASE("Components with wrong shapes, and code that does not hold the frames, are refused") {
  const auto refused = [](std::string_view name, std::vector<std::uint64_t> shape, std::string_view spoilt = {}) {
    Model model = sample_model(5, 3);
    round_to_compact(model);
    const Bytes bytes = write_model(model).value();
    Safetensors file = read_safetensors(bytes).value();
    std::string values(text_of(tensor(file, name).bytes));
    if (!spoilt.empty()) values.replace(0, spoilt.size(), spoilt);
    tensor(file, name).bytes = std::as_bytes(std::span(values));
    if (!shape.empty()) tensor(file, name).shape = shape;
    return refusal(read_model(write_safetensors(file).value()));
  };
  CHECK_THAT(refused("components.weight", {17, 3}), Contains("expected components.weight [17, 17], found [17, 3]"));
  CHECK_THAT(refused("components.weight", {51}), Contains("expected components.weight [17, 17], found [51]"));
  CHECK_THAT(refused("fc.bias", {1, 3}), Contains("expected fc.bias [3], found [1, 3]"));
  CHECK_THAT(refused("components.weight", {}, std::string("\x00\x7c", 2)),
             Contains("components.weight[0] is inf; allowed: finite values"));
  CHECK_THAT(refused("impulses.code", {}, std::string("\xff\xff\xff\xff", 4)),
             Contains("too few for 4294967295 frames of 17 bins"));
  CHECK_THAT(refused("impulses.code", {}, std::string("\x00\x00\x00\x0a", 4)), Contains("impulses.code"));
  CHECK_THAT(refused("impulses.code", {}, std::string(8, '\0')),
             Contains("bytes; expected 11"));  // 4, and 17 times 3 bits
}

TEST_CASE("Impulses are stored as float16 if that is exact, otherwise as float32, or left out") {
  const auto impulses_in = [](const Model& model) {
    const Bytes bytes = write_model(model).value();
    const Safetensors file = read_safetensors(bytes).value();
    const TensorView* impulses = file.find("impulses");
    Model read = read_model(bytes).value();
    CHECK(text_of(std::as_bytes(read.impulses.all())) == text_of(std::as_bytes(model.impulses.all())));
    return impulses ? std::string(dtype_name(impulses->dtype)) : "none";
  };
  CHECK(impulses_in(sample_model()) == "F16");
  CHECK(impulses_in(sample_model(0)) == "none");
  Model large = sample_model();
  large.impulses(2, 3) = 60032;  // float16 could hold it, but not much more
  CHECK(impulses_in(large) == "F32");
  Model unrounded = sample_model();
  unrounded.impulses(2, 3) = 0.1f;
  CHECK(impulses_in(unrounded) == "F32");
}

TEST_CASE("Residuals may be missing, as in files from earlier versions") {
  Model model = sample_model();
  model.residuals = {};
  const Bytes bytes = write_model(model).value();
  CHECK_FALSE(read_safetensors(bytes).value().find("residuals"));
  Model read = read_model(bytes).value();
  check_equal(model, read);
}

TEST_CASE("The metadata matches the documentation") {
  const Bytes bytes = write_model(sample_model()).value();
  const Safetensors file = read_safetensors(bytes).value();
  REQUIRE(file.find_metadata("lodestone"));
  CHECK(
      *file.find_metadata("lodestone") ==
      R"({"format_version":1,"kind":"model","stft":{"size":32,"window_size":24,"hop":7,"window":"blackman","framing":"lws",)"
      R"("sample_rate":44055.94405594406271120},"network":{"bins":17,"layers":[3,4],"sequence":6,"scale":"log1p"},)"
      R"("losses":[300000012e-9,100000001e-9,100000001e-15],"validation_losses":[5e-1,null]})");
  CHECK(file.tensors.front().name == "batch_norm.weight");
  CHECK(file.tensors.back().name == "impulses");
}

TEST_CASE("The metadata may contain fields that this version does not know, in any order and spacing") {
  const auto read =
      read_model(bytes_of(with(R"("stft":{)", R"("future":{"size":[1,{"a":2}]}, "stft" : {"new":null,)")));
  REQUIRE(read);
  CHECK(read->stft == sample_model().stft);
}

TEST_CASE("A file that is not a model of this version is refused") {
  CHECK_THAT(refusal(read_exactly(read_model, "")), Contains("at least 8 bytes, found 0"));
  CHECK_THAT(refusal(read_exactly(read_model, safetensors_text("{}"))),
             Contains("not Lodestone's") && Contains("\"lodestone\""));
  CHECK_THAT(refused_model("\"format_version\":1", "\"format_version\":3"),
             Contains("format_version is 3; this version of Lodestone reads 1 to 2"));
  CHECK_THAT(refused_model("\"format_version\":1", "\"format_version\":\"1\""), Contains("format_version is \"1\""));
  CHECK_THAT(refused_model("\"format_version\":1,", ""), Contains("format_version is missing"));
  CHECK_THAT(refused_model("\"kind\":\"model\"", "\"kind\":\"spectrum\""),
             Contains("kind \"model\", found kind \"spectrum\""));
  CHECK_THAT(refused_model("{\"format", "[\"format"), Contains("not valid JSON"));
}

TEST_CASE("Every field of the metadata is checked and named") {
  CHECK_THAT(refused_model("\"size\":32", "\"size\":33"), Contains("stft: size is 33"));
  CHECK_THAT(refused_model("\"size\":32", "\"size\":-32"), Contains("stft: size is -32"));
  CHECK_THAT(refused_model("\"size\":32", "\"size\":32.5"), Contains("stft.size is 32.5; allowed: a 32-bit integer"));
  CHECK_THAT(refused_model("\"size\":32", "\"size\":1e300"), Contains("stft.size is 1e300"));
  CHECK_THAT(refused_model("\"size\":32", "\"size\":\"32\""), Contains("stft.size is \"32\""));
  CHECK_THAT(refused_model("\"size\":32", "\"size\":[32]"), Contains("stft.size is a list"));
  CHECK_THAT(refused_model("\"size\":32", "\"size\":32,\"size\":32"), Contains("\"size\" occurs twice"));
  CHECK_THAT(refused_model("\"size\":32,", ""), Contains("stft.size is missing"));
  CHECK_THAT(refused_model("\"stft\"", "\"shtft\""), Contains("stft.size is missing"));
  CHECK_THAT(refused_model("\"hop\":7", "\"hop\":0"), Contains("stft: hop is 0; allowed"));
  CHECK_THAT(refused_model("\"window\":\"blackman\"", "\"window\":\"kaiser\""), Contains("stft.window is \"kaiser\""));
  CHECK_THAT(refused_model("\"framing\":\"lws\"", "\"framing\":null"), Contains("stft.framing is null"));
  CHECK_THAT(refused_model("\"sample_rate\":44", "\"sample_rate\":99944"), Contains("stft: sample_rate is"));
  CHECK_THAT(refused_model("\"sample_rate\":", "\"sample_rate\":true,\"x\":"),
             Contains("stft.sample_rate is true; allowed: a number"));
  CHECK_THAT(refused_model("\"bins\":17", "\"bins\":18"),
             Contains("network.bins is 18; expected 17, because stft.size is 32"));
  CHECK_THAT(refused_model("\"bins\":17", "\"bins\":1000000000"), Contains("network: bins is 1000000000"));
  CHECK_THAT(refused_model("\"layers\":[3,4]", "\"layers\":[]"), Contains("network: "));
  CHECK_THAT(refused_model("\"layers\":[3,4]", "\"layers\":3"),
             Contains("network.layers is 3; allowed: a list of 32-bit integers"));
  CHECK_THAT(refused_model("\"layers\":[3,4]", "\"layers\":[[3,4]]"), Contains("network.layers"));
  CHECK_THAT(refused_model("\"layers\":[3,4]", "\"layers\":[3,1000000000]"), Contains("network: "));
  CHECK_THAT(refused_model("\"layers\":[3,4]", "\"layers\":[3],\"layers\":[4]"), Contains("\"layers\" occurs twice"));
  CHECK_THAT(refused_model("\"scale\":\"log1p\"", "\"scale\":\"log\""), Contains("network.scale is \"log\""));
  CHECK_THAT(refused_model("\"losses\":[", "\"losses\":[\"a\","),
             Contains("losses is a list; allowed: a list of numbers or null"));
}

TEST_CASE("Tensors of another network are refused, stating what was expected and what was found") {
  CHECK_THAT(refused_model("\"layers\":[3,4]", "\"layers\":[3,5]"),
             Contains("expected lstm.weight_ih_l1 [20, 3], found [16, 3]"));
  CHECK_THAT(refused_model("\"layers\":[3,4]", "\"layers\":[3,4,4]"),
             Contains("expected lstm.weight_ih_l2 [16, 4], found no tensor of that name"));
  CHECK_THAT(refused_model("\"layers\":[3,4]", "\"layers\":[4096,4096,4096,4096]"),
             Contains("expected lstm.weight_ih_l0 [16384, 17]"));
  CHECK_THAT(refused_after([](Safetensors& file) { tensor(file, "fc.bias").name = "dense.bias"; }),
             Contains("expected fc.bias [17]"));
  CHECK_THAT(refused_after([](Safetensors& file) {
               file.tensors.push_back({"lstm.weight_ih_l2", DType::f32, {0, 4}, {}});
             }),
             Contains("\"lstm.weight_ih_l2\" [0, 4]"));
  CHECK_THAT(refused_after([](Safetensors& file) {
               tensor(file, "impulses").shape = {17, 5};
             }),
             Contains("expected impulses [17, 17], found [17, 5]"));
  CHECK_THAT(refused_after([](Safetensors& file) { tensor(file, "impulses").shape = {85}; }), Contains("found [85]"));
  CHECK_THAT(refused_after([](Safetensors& file) {
               tensor(file, "residuals").shape = {1, 17};
             }),
             Contains("expected residuals [17], found [1, 17]"));
}

TEST_CASE("PyTorch's batch counter is ignored") {
  const std::int64_t count = 3;
  CHECK(
      refused_after([&](Safetensors& file) {
        file.tensors.push_back({"batch_norm.num_batches_tracked", DType::i64, {}, std::as_bytes(std::span(&count, 1))});
      }).empty());
}

TEST_CASE("Numbers that are invalid for a network or a dream are refused") {
  const auto spoilt = [](std::string_view name, float value) {
    const Bytes bytes = write_model(sample_model()).value();
    Safetensors file = read_safetensors(bytes).value();
    auto values = to_floats(*file.find(name)).value();
    values[1] = value;
    tensor(file, name).dtype = DType::f32;
    tensor(file, name).bytes = std::as_bytes(std::span<const float>(values.data(), values.size()));
    return refusal(read_model(write_safetensors(file).value()));
  };
  CHECK_THAT(spoilt("fc.weight", NAN), Contains("fc.weight[1] is nan"));
  CHECK_THAT(spoilt("lstm.bias_hh_l0", INFINITY), Contains("lstm.bias_hh_l0[1] is inf"));
  CHECK(spoilt("batch_norm.running_mean", -1).empty());
  CHECK_THAT(spoilt("batch_norm.running_var", -1),
             Contains("batch_norm.running_var[1] is -1; allowed: finite values from 0"));
  CHECK_THAT(spoilt("impulses", -0.5f), Contains("impulses[1] is -0.5"));
  CHECK_THAT(spoilt("impulses", NAN), Contains("impulses[1] is nan"));
  CHECK_THAT(spoilt("residuals", -0.5f), Contains("residuals[1] is -0.5"));
  CHECK_THAT(spoilt("residuals", NAN), Contains("residuals[1] is nan"));
}

TEST_CASE("A model that could not be read is not written") {
  Model model = sample_model();
  model.weights.dense_bias[3] = NAN;
  CHECK_THAT(refusal(write_model(model)), Contains("fc.bias[3] is nan"));
  model = sample_model();
  model.network.layers = {3};
  CHECK_THAT(refusal(write_model(model)), Contains("do not match"));
  model = sample_model();
  model.stft.size = 64;
  CHECK_THAT(refusal(write_model(model)), Contains("do not match"));
  model = sample_model();
  model.residuals = Buffer<float>::create(16).value();
  CHECK_THAT(refusal(write_model(model)), Contains("do not match"));
  model = sample_model();
  model.stft.hop = 0;
  const auto result = write_model(model);
  REQUIRE(!result);
  CHECK(result.error().code == ErrorCode::invalid_argument);
}

TEST_CASE("Truncated and damaged models are refused or read") {
  Model model = sample_model(1, GENERATE(0, 3));
  if (model.network.components > 0) round_to_compact(model);
  const std::string text = text_of(write_model(model).value());
  mistreat(read_model, text, text.size());
}
