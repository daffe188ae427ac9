#include "formats/bytes.hpp"
#include "network/tensor.hpp"

/// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
namespace lodestone {

namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t version_end = 8;  // magic, major and minor version
constexpr std::size_t alignment = 64;   // of the values in the file

struct Header {
  std::string_view descr;
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;
};

/// Reads the header, a Python dict such as {'descr': '<f4', 'fortran_order': False, 'shape': (3, 5), }, with its
/// entries in any order.
class HeaderParser {
 public:
  explicit HeaderParser(std::string_view text) : rest_(text) {}

  Status parse(Header& header) {
    if (!take("{")) return error("a dict");
    while (!take("}")) {
      if (auto failure = parse_entry(header)) return failure;
      if (!take(",") && !peek("}")) return error(", or }");
    }
    skip_space();
    if (!rest_.empty()) return error("its end");
    if (seen_ != (descr_bit | order_bit | shape_bit))
      return malformed("npy header: expected descr, fortran_order and shape");
    return {};
  }

 private:
  static constexpr unsigned descr_bit = 1, order_bit = 2, shape_bit = 4;

  Status parse_entry(Header& header) {
    std::string_view key;
    if (!take_string(key) || !take(":")) return error("a key and a colon");
    const unsigned bit = key == "descr"           ? descr_bit
                         : key == "fortran_order" ? order_bit
                         : key == "shape"         ? shape_bit
                                                  : 0;
    if (bit == 0 || (seen_ & bit)) return malformed("npy header: key {} is unknown or occurs twice", quoted(key));
    seen_ |= bit;
    if (bit == descr_bit)
      return take_string(header.descr) ? Status() : error("descr as a string (no structured arrays)");
    if (bit == shape_bit) return parse_shape(header.shape);
    header.fortran_order = take("True");
    return header.fortran_order || take("False") ? Status() : error("True or False");
  }

  Status parse_shape(std::vector<std::uint64_t>& shape) {
    if (!take("(")) return error("a tuple");
    while (!take(")")) {
      std::uint64_t size;
      if (shape.size() == 32 || !take_number(size)) return error("up to 32 whole numbers below 2^64");
      shape.push_back(size);
      if (!take(",") && !peek(")")) return error(", or )");
    }
    return {};
  }

  void skip_space() {
    const std::size_t first = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(first == std::string_view::npos ? rest_.size() : first);
  }

  bool peek(std::string_view token) {
    skip_space();
    return rest_.starts_with(token);
  }

  bool take(std::string_view token) {
    if (!peek(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  /// A string in either kind of quotes. Escapes are not supported, since no known name needs them.
  bool take_string(std::string_view& text) {
    const char* quote = peek("'") ? "'" : "\"";
    if (!take(quote)) return false;
    const std::size_t end = rest_.find(quote);
    if (end == std::string_view::npos) return false;
    text = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return true;
  }

  bool take_number(std::uint64_t& number) {
    skip_space();
    number = 0;
    std::size_t digits = 0;
    for (; digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9'; ++digits) {
      const auto digit = static_cast<std::uint64_t>(rest_[digits] - '0');
      if (__builtin_mul_overflow(number, 10u, &number) || __builtin_add_overflow(number, digit, &number)) return false;
    }
    rest_.remove_prefix(digits);
    return digits > 0;
  }

  Error error(const std::string& expected) const {
    return malformed("npy header: expected {}, found {}", expected, quoted(rest_.substr(0, 20)));
  }

  std::string_view rest_;
  unsigned seen_ = 0;
};

Status parse_descr(std::string_view descr, DType& dtype) {
  if (!descr.empty() && (descr[0] == '<' || descr[0] == '=')) {  // = is native byte order: little-endian
    const std::string_view type = descr.substr(1);
    dtype = type == "f8" ? DType::f64 : DType::f32;
    if (type == "f4" || type == "f8") return {};
  }
  return malformed("npy: values of type {}; allowed: <f4 and <f8 (little-endian float32 and float64)", quoted(descr));
}

/// Splits the file into the header's text and the values.
Status split(ByteView bytes, std::string_view& header, ByteView& values) {
  if (bytes.size() < version_end || !starts_with(bytes, magic)) {
    return malformed("not an npy file: it does not start with \\x93NUMPY");
  }
  const int major = std::to_integer<int>(bytes[6]), minor = std::to_integer<int>(bytes[7]);
  if (major < 1 || major > 3 || minor != 0) {
    return malformed("npy format version {}.{}; allowed: 1.0, 2.0, 3.0", major, minor);
  }
  const ByteView rest = bytes.subspan(version_end);
  const std::size_t length_size = major == 1 ? 2 : 4;
  if (rest.size() < length_size) return malformed("npy: the file ends within its header's length");
  const std::uint64_t length = major == 1 ? load<std::uint16_t>(rest) : load<std::uint32_t>(rest);
  if (length > rest.size() - length_size) {
    return malformed("npy: expected a header of {} bytes, found {}", length, rest.size() - length_size);
  }
  header = as_text(rest.subspan(length_size, static_cast<std::size_t>(length)));
  values = rest.subspan(length_size + header.size());
  return {};
}

Result<Array2<float>> transposed(const Array2<float>& array) {
  auto result = Array2<float>::create(array.cols(), array.rows());
  if (!result) return result;
  for (std::size_t r = 0; r < result->rows(); ++r) {
    for (std::size_t c = 0; c < result->cols(); ++c) (*result)(r, c) = array(c, r);
  }
  return result;
}

}  // namespace

Result<Array2<float>> read_npy(ByteView bytes) {
  std::string_view text;
  TensorView tensor{.name = "npy", .dtype = DType::f32, .shape = {}, .bytes = {}};
  if (auto error = split(bytes, text, tensor.bytes)) return *error;
  Header header;
  if (auto error = HeaderParser(text).parse(header)) return *error;
  if (auto error = parse_descr(header.descr, tensor.dtype)) return *error;
  tensor.shape = header.shape;

  std::uint64_t expected;
  if (!checked_count(tensor.shape, expected) || __builtin_mul_overflow(expected, dtype_size(tensor.dtype), &expected)) {
    return malformed("npy: shape {} has more values than 64 bits can count", tensor.shape);
  }
  if (expected != tensor.bytes.size()) {
    return malformed("npy: expected {} bytes of values for shape {}, found {}", expected, tensor.shape,
                     tensor.bytes.size());
  }
  if (tensor.shape.empty() || tensor.shape.size() > 2 || expected == 0) {
    return malformed("npy: shape {}; allowed: 1 or 2 dimensions with at least one value", tensor.shape);
  }
  std::uint64_t rows = tensor.shape.size() == 2 ? tensor.shape[0] : 1, cols = tensor.shape.back();
  if (header.fortran_order) std::swap(rows, cols);
  auto array = Array2<float>::create(rows, cols);
  if (!array) return array;
  if (auto error = copy_floats(tensor, array->all())) return *error;
  return header.fortran_order ? transposed(*array) : std::move(array);
}

Result<Bytes> write_npy(const Array2<float>& array) {
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(array.rows()) + ", " +
                       std::to_string(array.cols()) + "), }";
  const std::size_t before = version_end + sizeof(std::uint16_t);
  while ((before + header.size() + 1) % alignment != 0) header += ' ';
  header += '\n';
  auto bytes = Bytes::create(std::uint64_t{before} + header.size() + std::uint64_t{array.size()} * sizeof(float));
  if (!bytes) return bytes;
  ByteWriter writer(*bytes);
  writer.put(magic);
  writer.put(std::uint8_t{1});
  writer.put(std::uint8_t{0});
  writer.put(static_cast<std::uint16_t>(header.size()));
  writer.put(std::string_view(header));
  writer.put(std::as_bytes(array.all()));
  return bytes;
}

}  // namespace lodestone
