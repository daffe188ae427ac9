#include "lodestone/mapping_file.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "lodestone/formats.hpp"
#include "lodestone/random.hpp"

using namespace lodestone;

namespace {

Array2<float> noise_matrix(std::size_t rows, std::size_t cols, Random& random) {
  auto array = Array2<float>::create(rows, cols).value();
  for (float& value : array.all()) value = random.uniform();
  return array;
}

/// Two takes with targets, one with a label.
Examples mixed_examples() {
  Examples examples({{"x", "ÿ"}, {{"pitch", 20, 2000}, {"gain"}, {"unused"}}}, {500});
  Random random(6);
  const int hit = examples.label("hit").value();
  for (int i = 0; i < 2; ++i) {
    auto targets = noise_matrix(12, 3, random);
    for (std::size_t r = 0; r < 12; ++r) targets(r, 2) = std::numeric_limits<float>::quiet_NaN();
    REQUIRE(examples.add({noise_matrix(12, 2, random), std::move(targets), -1, 1}));
  }
  REQUIRE(examples.add({noise_matrix(30, 2, random), {}, hit, 2.5f}));
  return examples;
}

MappingModel trained(const Examples& examples) {
  MappingSettings settings;
  settings.outputs = {{Regression::kernel, {}}, {Regression::mlp, {1}}, {Regression::linear, {}}};
  settings.config.layers = {4, 4};
  settings.config.learning_rate = 0.003;
  settings.config.epochs = 20;
  MappingTrainer trainer(settings);
  REQUIRE_FALSE(trainer.begin(examples));
  while (trainer.step()) continue;
  return trainer.model().value();
}

ByteView view(const Bytes& bytes) { return {bytes.data(), bytes.size()}; }

std::string refusal(ByteView bytes, const MappingNames* names = nullptr) {
  const auto file = read_mapping(bytes, names);
  if (file) return "";
  CHECK(file.error().code == ErrorCode::invalid_data);
  return file.error().message;
}

}  // namespace

TEST_CASE("A mapping that is written and read back is the same, to the bit", "[mapping]") {
  const Examples examples = mixed_examples();
  const MappingModel model = trained(examples);
  auto file = read_mapping(view(write_mapping(examples, &model).value())).value();
  CHECK(file.examples.names() == examples.names());
  CHECK(file.examples.capacity() == 500);
  CHECK(file.examples.labels()[0] == "hit");
  REQUIRE(file.examples.takes() == 3);
  CHECK_FALSE(file.examples.undo());
  for (std::size_t t = 0; t < 3; ++t) {
    const Take &a = examples.take(t), &b = file.examples.take(t);
    CHECK(std::equal(a.inputs.all().begin(), a.inputs.all().end(), b.inputs.all().begin()));
    REQUIRE(a.targets.size() == b.targets.size());
    for (std::size_t i = 0; i < a.targets.size(); ++i) {
      if (i % 3 != 2) CHECK(a.targets.all()[i] == b.targets.all()[i]);
    }
    CHECK(a.label == b.label);
    CHECK(examples.weight(t) == file.examples.weight(t));
  }
  REQUIRE(file.model);
  const auto before = model.bytes().value(), after = file.model->bytes().value();
  REQUIRE(before.size() == after.size());
  CHECK(std::equal(before.begin(), before.end(), after.begin()));
  const auto again = write_mapping(file.examples, &*file.model).value();
  CHECK(read_mapping(view(again)));
}

TEST_CASE("Examples are written without a model", "[mapping]") {
  const auto file = read_mapping(view(write_mapping(mixed_examples()).value())).value();
  CHECK_FALSE(file.model);
  CHECK(file.examples.takes() == 3);
}

TEST_CASE("A mapping of other names is refused by name", "[mapping]") {
  const auto bytes = write_mapping(mixed_examples()).value();
  MappingNames names = mixed_examples().names();
  CHECK(refusal(view(bytes), &names) == "");
  names.inputs[1] = "z";
  CHECK(refusal(view(bytes), &names) == "the file's input 2 is \"ÿ\"; expected \"z\"");
  names = mixed_examples().names();
  names.inputs.push_back("z");
  CHECK(refusal(view(bytes), &names) == "the file lacks the input \"z\"");
  names = mixed_examples().names();
  names.outputs.pop_back();
  CHECK(refusal(view(bytes), &names) == "the file has the output \"unused\"; expected only 2");
}

TEST_CASE("Files that are no mappings of this version are refused", "[mapping]") {
  const auto bytes = write_mapping(mixed_examples()).value();
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
    return refusal(std::as_bytes(std::span(text)));
  };
  CHECK(with("format_version\\\":1", "format_version\\\":2") == "the file has format version 2; expected 1");
  CHECK(with("\\\"mapping\\\"", "\\\"spectra\\\"") == "this is no mapping, but \"spectra\"");
  CHECK(with("takes.rows", "takes.rowz") == "expected a list of I32, takes.rows");
  CHECK(with("\\\"capacity\\\"", "\\\"kapacity\\\"") == "expected a number in the metadata, capacity");
  CHECK(refusal(view(bytes).first(100)) != "");
}

TEST_CASE("Examples are read from comma-separated values, and written", "[mapping]") {
  const auto examples = read_examples_csv(
      "x,take,pitch,\"a, b\",kind\n"
      "1,1,200,0.5,hit\r\n"
      " 2 ,1,300,,hit\n"
      "\n"
      "3,2,250,0.25,hit\n"
      "4,2,260,1,\"scrape \"\"x\"\"\"\n"
      "nan,2,260,1,\n",
      {{"pitch", "a, b"}, "kind"});
  REQUIRE_FALSE(examples);  // the last take has no row that is complete
  CHECK(examples.error().message == "the take from row 5: a take has no row without missing inputs");
  const auto read = read_examples_csv("x,take,pitch,\"a, b\",kind\n1,1,200,0.5,hit\n2,1,300,,hit\n3,2,250,0.25,\n",
                                      {{"pitch", "a, b"}, "kind"});
  REQUIRE(read);
  CHECK(read->names() == MappingNames{{"x"}, {{"pitch", 200, 300}, {"a, b", 0, 1}}});
  REQUIRE(read->takes() == 2);
  CHECK(read->take(0).inputs.rows() == 2);
  CHECK(read->take(0).label == 0);
  CHECK(read->take(1).label == -1);
  CHECK(std::isnan(read->take(0).targets(1, 1)));
  const std::string text = write_examples_csv(*read);
  CHECK(text == "take,weight,x,pitch,\"a, b\",label\n1,1,1,200,5e-1,hit\n1,1,2,300,,hit\n2,1,3,250,25e-2,\n");
  CHECK(write_examples_csv(read_examples_csv(text, {{"pitch", "a, b"}, "label"}).value()) == text);
}

TEST_CASE("Malformed comma-separated values are refused with line and column", "[mapping]") {
  const auto message = [](std::string_view text) {
    const auto examples = read_examples_csv(text, {{"b"}, ""});
    return examples ? "" : examples.error().message;
  };
  CHECK(message("a,b\n1,2\n") == "");
  CHECK(message("a,b\n1,2\n3,four\n") == "line 3, column 2 (\"b\") is \"four\"; expected a number");
  CHECK(message("a,b\n1,inf\n") == "line 2, column 2 (\"b\") is \"inf\"; expected a number");
  CHECK(message("a,b\n1,2,3\n") == "line 2 has 3 columns; expected 2");
  CHECK(message("a,c\n1,2\n") == "there is no column \"b\"; columns: a, c");
  CHECK(message("a,b,b\n1,2,3\n") == "line 1, column 3: \"b\" is there twice");
  CHECK(message("a,b\n1,\"2\n") == "line 2, column 2: the quote does not end");
  CHECK(message("a,b\n1,\"2\"3\n") == "line 2, column 2: text after a quote");
  CHECK(message("a,b\n") == "the table has no line after that of the names");
  CHECK(message("b\n1\n") == "there are 0 inputs; allowed: 1 to 1024");
  const std::vector<std::string> inputs{"y", "x"};
  CHECK(read_inputs_csv("x,y\n1,2\n", inputs).value()(0, 0) == 2);
  CHECK_FALSE(read_inputs_csv("x,z\n1,2\n", inputs));
}
