/// The C ABI of the core, for WebAssembly hosts: the public headers and nothing else.
///
/// Handles come from `…_create` and go with `…_destroy`; null means failure. Functions that return `int`
/// give 0 or an ErrorCode. After a failure `lodestone_message` says what was wrong. Arrays go in as pointers into
/// memory from `lodestone_alloc`; results of variable size come out through `lodestone_output`. Enumerations are
/// the numbers of the C++ enumerators. An instance serves one thread.

#include "lodestone/lodestone.hpp"

#include <algorithm>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "errors/first_error.hpp"
#include "errors/message.hpp"
#include "network/half.hpp"
#include "spectrum/fft.hpp"
#include "training/fields.hpp"

using namespace lodestone;

namespace {

Error failure{ErrorCode::invalid_argument, ""};

int fail(Error error) {
  failure = std::move(error);
  return static_cast<int>(failure.code);
}

/// A value on the heap behind its handle, or null.
template <class T>
T* hand_over(Result<T> result) {
  if (result) return new T(std::move(*result));
  fail(result.error());
  return nullptr;
}

/// Anything that goes when its owner goes.
struct Owned {
  virtual ~Owned() = default;
};

template <class T>
struct Holder : Owned {
  explicit Holder(T held) : value(std::move(held)) {}
  T value;
};

/// The array that the last call gave: owned until the next one, or a view of what a handle owns.
struct Output {
  const void* data = nullptr;
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::unique_ptr<Owned> owned;
};

Output output;

void show(const void* data, std::size_t rows, std::size_t cols) { output = {data, rows, cols, nullptr}; }

/// A view of floats.
void show(std::span<const float> view) { show(view.data(), 1, view.size()); }

/// Owns the list, a Buffer or a vector.
template <class T>
int give(T list) {
  show(list.data(), 1, list.size());
  output.owned = std::make_unique<Holder<T>>(std::move(list));
  return 0;
}

template <class T>
int give(Array2<T> array) {
  show(array.data(), array.rows(), array.cols());
  output.owned = std::make_unique<Holder<Array2<T>>>(std::move(array));
  return 0;
}

Status check_enumerator(const char* field, int value, int last) {
  if (value >= 0 && value <= last) return {};
  return out_of_range(field, value, {"0 to ", last});
}

Result<StftConfig> stft_config(int size, int window_size, int hop, int window, int framing, double sample_rate) {
  if (auto bad = check_enumerator("window", window, static_cast<int>(Window::rectangular))) return *bad;
  if (auto bad = check_enumerator("framing", framing, static_cast<int>(Framing::lws))) return *bad;
  return StftConfig{size, window_size, hop, static_cast<Window>(window), static_cast<Framing>(framing), sample_rate};
}

/// A copy of frames that lie in the caller's memory, `[frames, stft.bins()]`.
template <class T>
Result<Frames<T>> copy_frames(const StftConfig& stft, const float* values, std::size_t frames, double length) {
  auto array = Array2<T>::create(frames, static_cast<std::uint64_t>(stft.bins()));
  if (!array) return array.error();
  if (frames > 0) std::memcpy(static_cast<void*>(array->data()), values, array->size() * sizeof(T));
  return Frames<T>{stft, std::move(*array), static_cast<std::uint64_t>(length)};
}

/// Memory that a WebAssembly module can address.
constexpr std::uint64_t addressable = std::uint64_t{4} << 30;

/// Trainer, the sound's frames, the copy of them that the model keeps, and room to write that.
Status check_training_memory(std::uint64_t frames, int bins, const TrainerConfig& config) {
  const std::uint64_t sound = frames * static_cast<std::uint64_t>(bins) * sizeof(float);
  const std::uint64_t bytes =
      std::min(Trainer::memory(frames, bins, config), addressable) + sound * (config.keep_impulses ? 3 : 1);
  if (bytes < addressable) return {};
  return failed(ErrorCode::out_of_memory,
                {"training on ", frames, " frames takes ", bytes >> 20, " MB; WebAssembly has 4096 MB"});
}

}  // namespace

extern "C" {

/// Changes whenever a function here changes its meaning or its arguments.
int lodestone_abi_version() { return 5; }

/// Lanes of PFFFT's vectors: 4, or 1 if it was compiled without SIMD.
int lodestone_simd_size() { return fft_simd_size(); }

// Memory and results

/// Uninitialised bytes on a 64-byte boundary, or null.
void* lodestone_alloc(double bytes) {
  void* block = nullptr;
  if (bytes < static_cast<double>(SIZE_MAX - 128)) {
    block = detail::take_bytes((static_cast<std::size_t>(bytes) / 64 + 1) * 64);
  }
  if (!block) fail(failed(ErrorCode::out_of_memory, {"out of memory: ", bytes, " bytes cannot be had"}));
  return block;
}

void lodestone_free(void* block) { std::free(block); }

/// ErrorCode and UTF-8 text of the last failure.
int lodestone_error() { return static_cast<int>(failure.code); }
const char* lodestone_message() { return failure.message.c_str(); }

/// The array that the last call gave, `[rows, cols]`, valid until the next call.
const void* lodestone_output() { return output.data; }
std::size_t lodestone_output_rows() { return output.rows; }
std::size_t lodestone_output_cols() { return output.cols; }
void lodestone_output_release() { output = {}; }

// Spectrum

Stft* lodestone_stft_create(int size, int window_size, int hop, int window, int framing, double sample_rate) {
  auto config = stft_config(size, window_size, hop, window, framing, sample_rate);
  return hand_over(config ? Stft::create(*config) : Result<Stft>(config.error()));
}

void lodestone_stft_destroy(Stft* stft) { delete stft; }

/// Output: complex `[frames, bins]`.
int lodestone_stft_transform(Stft* stft, const float* samples, std::size_t count) {
  auto spectrum = stft->transform({samples, count});
  return spectrum ? give(std::move(spectrum->values)) : fail(spectrum.error());
}

/// Output: `[frames, bins]`.
int lodestone_stft_magnitudes(Stft* stft, const float* samples, std::size_t count) {
  auto magnitudes = stft->magnitudes({samples, count});
  return magnitudes ? give(std::move(magnitudes->values)) : fail(magnitudes.error());
}

/// `length`: samples of the signal, 0 where unknown. Output: samples.
int lodestone_stft_inverse(Stft* stft, const float* spectrum, std::size_t frames, double length) {
  auto frames_in = copy_frames<std::complex<float>>(stft->config(), spectrum, frames, length);
  if (!frames_in) return fail(frames_in.error());
  auto samples = stft->inverse(*frames_in);
  return samples ? give(std::move(*samples)) : fail(samples.error());
}

StftStream* lodestone_stft_stream_create(int size, int window_size, int hop, int window, int framing,
                                         double sample_rate) {
  auto config = stft_config(size, window_size, hop, window, framing, sample_rate);
  return hand_over(config ? StftStream::create(*config) : Result<StftStream>(config.error()));
}

void lodestone_stft_stream_destroy(StftStream* stream) { delete stream; }
void lodestone_stft_stream_reset(StftStream* stream) { stream->reset(); }

/// How many of the samples it took.
std::size_t lodestone_stft_stream_push(StftStream* stream, const float* samples, std::size_t count) {
  return stream->push({samples, count});
}

void lodestone_stft_stream_finish(StftStream* stream) { stream->finish(); }

/// The next frame, complex `[bins]`, valid until the next call; null when there is none.
const std::complex<float>* lodestone_stft_stream_next(StftStream* stream) {
  return stream->next() ? stream->frame().data() : nullptr;
}

InverseStftStream* lodestone_inverse_stft_stream_create(int size, int window_size, int hop, int window, int framing,
                                                        double sample_rate) {
  auto config = stft_config(size, window_size, hop, window, framing, sample_rate);
  return hand_over(config ? InverseStftStream::create(*config) : Result<InverseStftStream>(config.error()));
}

void lodestone_inverse_stft_stream_destroy(InverseStftStream* stream) { delete stream; }
void lodestone_inverse_stft_stream_reset(InverseStftStream* stream) { stream->reset(); }

/// Output: the samples that no later frame touches.
void lodestone_inverse_stft_stream_push(InverseStftStream* stream, const std::complex<float>* frame) {
  show(stream->push({frame, static_cast<std::size_t>(stream->config().bins())}));
}

/// Output: the remaining samples.
void lodestone_inverse_stft_stream_finish(InverseStftStream* stream) { show(stream->finish()); }

// Training

/// What to train on, without clips yet; the fields of CorpusConfig.
Corpus* lodestone_corpus_create(const Stft* stft, int normalise, int copies, double copy_gain, double copy_pitch,
                                double validation, std::uint32_t seed) {
  return hand_over(Corpus::create(stft->config(), {.normalise = normalise != 0,
                                                   .copies = copies,
                                                   .copy_gain = copy_gain,
                                                   .copy_pitch = copy_pitch,
                                                   .validation = validation,
                                                   .seed = seed}));
}

void lodestone_corpus_destroy(Corpus* corpus) { delete corpus; }

/// Appends a clip.
int lodestone_corpus_add(Corpus* corpus, const float* samples, std::size_t count) {
  const auto bad = corpus->add({samples, count});
  return bad ? fail(*bad) : 0;
}

/// Trains on the frames of `corpus`, which loses them. `numbers`: the fields of TrainerConfig in the order of
/// `trainerFields` in js/options.js. `initial` may be null.
Trainer* lodestone_trainer_create(Corpus* corpus, const double* numbers, std::size_t number_count, const int* layers,
                                  std::size_t layer_count, const Model* initial) {
  TrainerConfig config;
  config.layers = {layers, layers + layer_count};
  Status bad = read_fields({numbers, number_count}, config);
  if (!bad) bad = config.check();
  if (!bad) bad = check_training_memory(corpus->frames(), corpus->stft().bins(), config);
  if (bad) return fail(*bad), nullptr;
  auto magnitudes = corpus->take();
  if (!magnitudes) return fail(magnitudes.error()), nullptr;
  config.validation *= corpus->own_share();
  return hand_over(
      Trainer::create(std::move(*magnitudes), config, initial ? &initial->weights : nullptr, corpus->clips()));
}

void lodestone_trainer_destroy(Trainer* trainer) { delete trainer; }

/// The loss of one step.
double lodestone_trainer_step(Trainer* trainer) { return trainer->step(); }

/// 1 where there is another pass.
int lodestone_trainer_begin(Trainer* trainer) { return trainer->begin(); }
/// 1 where more of the part is left.
int lodestone_trainer_run(Trainer* trainer, int part, int parts) { return trainer->run(part, parts); }
/// Valid until the next call.
float* lodestone_trainer_partial(Trainer* trainer) { return trainer->partial().data(); }
std::size_t lodestone_trainer_partial_size(Trainer* trainer) { return trainer->partial().size(); }
/// Of as many values.
void lodestone_trainer_add(Trainer* trainer, const float* other) { trainer->add({other, trainer->partial().size()}); }
double lodestone_trainer_finish(Trainer* trainer) { return trainer->finish(); }

/// The numbers of TrainingStatus, valid until the next call.
const TrainingStatus* lodestone_trainer_status(const Trainer* trainer) {
  static TrainingStatus status;
  status = trainer->status();
  return &status;
}

/// Output: bytes.
int lodestone_trainer_state(const Trainer* trainer) {
  auto state = trainer->state();
  return state ? give(std::move(*state)) : fail(state.error());
}

int lodestone_trainer_restore(Trainer* trainer, const std::byte* bytes, std::size_t count) {
  const auto bad = trainer->restore({bytes, count});
  return bad ? fail(*bad) : 0;
}

/// Output: one value an epoch.
void lodestone_trainer_losses(const Trainer* trainer) { show(trainer->losses()); }
void lodestone_trainer_validation_losses(const Trainer* trainer) { show(trainer->validation_losses()); }

Model* lodestone_trainer_model(const Trainer* trainer) { return hand_over(trainer->model()); }

// Models

/// A model of zeros, to be filled through `lodestone_model_tensor`: JavaScript reads and writes the file.
Model* lodestone_model_create(int size, int window_size, int hop, int window, int framing, double sample_rate,
                              const int* layers, std::size_t layer_count, int sequence, int scale, int has_residuals,
                              std::size_t impulse_frames, const float* losses, std::size_t loss_count,
                              const float* validation_losses, std::size_t validation_loss_count) {
  auto stft = stft_config(size, window_size, hop, window, framing, sample_rate);
  if (!stft) return fail(stft.error()), nullptr;
  const int bins = stft->bins();
  Model model{.stft = *stft,
              .network = {bins, {layers, layers + layer_count}, sequence, static_cast<Scale>(scale)},
              .weights = {},
              .impulses = {},
              .residuals = {},
              .losses = {losses, losses + loss_count},
              .validation_losses = {validation_losses, validation_losses + validation_loss_count}};
  Status bad = model.stft.check();
  if (!bad) bad = check_enumerator("scale", scale, static_cast<int>(Scale::log1p));
  if (!bad) bad = model.network.check();
  if (bad) return fail(*bad), nullptr;
  FirstError error;
  error.take(model.weights, Weights::create(model.network));
  error.take(model.impulses, Array2<float>::create(impulse_frames, static_cast<std::uint64_t>(bins)));
  if (has_residuals) error.take(model.residuals, Buffer<float>::create(static_cast<std::uint64_t>(bins)));
  if (error) return fail(*error), nullptr;
  return new Model(std::move(model));
}

void lodestone_model_destroy(Model* model) { delete model; }

/// The values of a tensor, counted as in `tensors`; behind the last come the residuals and the impulses, null where
/// there are none.
float* lodestone_model_tensor(Model* model, std::size_t index) {
  const auto all = tensors(model->weights);
  if (index < all.size()) return all[index].values.data();
  return index == all.size() ? model->residuals.data() : model->impulses.data();
}

/// 1 if float16 holds all these values to the bit, which then are in `halves`.
int lodestone_to_half(const float* values, std::size_t count, Half* halves) {
  std::transform(values, values + count, halves, [](float value) { return Half(value); });
  return std::all_of(values, values + count, fits_half);
}

void lodestone_from_half(const Half* halves, std::size_t count, float* values) {
  std::copy(halves, halves + count, values);
}

/// Output, float64: size, window_size, hop, window, framing, sample_rate, sequence, scale, impulse frames, then the
/// layers.
void lodestone_model_config(const Model* model) {
  const StftConfig& stft = model->stft;
  std::vector<double> numbers{static_cast<double>(stft.size),
                              static_cast<double>(stft.window_size),
                              static_cast<double>(stft.hop),
                              static_cast<double>(stft.window),
                              static_cast<double>(stft.framing),
                              stft.sample_rate,
                              static_cast<double>(model->network.sequence),
                              static_cast<double>(model->network.scale),
                              static_cast<double>(model->impulses.rows())};
  numbers.insert(numbers.end(), model->network.layers.begin(), model->network.layers.end());
  give(std::move(numbers));
}

/// Output: one value an epoch.
void lodestone_model_losses(const Model* model) { show(model->losses); }
void lodestone_model_validation_losses(const Model* model) { show(model->validation_losses); }

// Phase

PhaseConfig* lodestone_phase_create() { return new PhaseConfig; }
void lodestone_phase_destroy(PhaseConfig* phase) { delete phase; }

/// Replaces everything by the preset of that name.
int lodestone_phase_preset(PhaseConfig* phase, const char* name, std::size_t length) {
  const std::string_view wanted(name, length);
  if (phase_preset(wanted, *phase)) return 0;
  std::string known;
  for (const std::string_view preset : phase_presets()) known = sentence({known, known.empty() ? "" : ", ", preset});
  return fail(refused({"preset is ", Piece::quoted(wanted), "; allowed: ", known}));
}

int lodestone_phase_add_stage(PhaseConfig* phase, int method, int iterations, double alpha, double beta, double gamma,
                              double momentum) {
  if (auto bad = check_enumerator("method", method, static_cast<int>(PhaseMethod::spsi))) return fail(*bad);
  phase->stages.push_back({static_cast<PhaseMethod>(method), iterations, alpha, beta, gamma, momentum});
  return 0;
}

void lodestone_phase_set_look_ahead(PhaseConfig* phase, int frames) { phase->look_ahead = frames; }
void lodestone_phase_set_weight_range(PhaseConfig* phase, int bins) { phase->weight_range = bins; }

/// Of magnitudes `[frames, bins]` framed as `stft` says. `start`, complex of the same shape, may be null.
Reconstruction* lodestone_reconstruction_create(const Stft* stft, const float* magnitudes, std::size_t frames,
                                                double length, const PhaseConfig* phase, const float* start) {
  auto copied = copy_frames<float>(stft->config(), magnitudes, frames, length);
  if (!copied) return fail(copied.error()), nullptr;
  if (!start) return hand_over(Reconstruction::create(std::move(*copied), *phase));
  auto start_frames = copy_frames<std::complex<float>>(stft->config(), start, frames, length);
  if (!start_frames) return fail(start_frames.error()), nullptr;
  return hand_over(Reconstruction::create(std::move(*copied), *phase, &*start_frames));
}

void lodestone_reconstruction_destroy(Reconstruction* reconstruction) { delete reconstruction; }

/// Works for some milliseconds; 1 when done.
int lodestone_reconstruction_step(Reconstruction* reconstruction) { return reconstruction->step() ? 1 : 0; }

double lodestone_reconstruction_progress(const Reconstruction* reconstruction) { return reconstruction->progress(); }

/// Output: complex `[frames, bins]`, the spectrum so far.
void lodestone_reconstruction_spectrum(const Reconstruction* reconstruction) {
  const auto& values = reconstruction->spectrum().values;
  show(values.data(), values.rows(), values.cols());
}

// Dreams

/// `points` and `lengths`: `count` values each; both may be null when it is 0.
DreamConfig* lodestone_dream_create(std::uint32_t seed, int mode, int start, double position, double randomness,
                                    double temperature, const double* points, const int* lengths, std::size_t count) {
  Status bad = check_enumerator("mode", mode, static_cast<int>(Mode::stateful));
  if (!bad) bad = check_enumerator("start", start, static_cast<int>(Start::audible));
  if (bad) return fail(*bad), nullptr;
  return new DreamConfig{.seed = seed,
                         .mode = static_cast<Mode>(mode),
                         .start = static_cast<Start>(start),
                         .position = position,
                         .randomness = randomness,
                         .temperature = temperature,
                         .points = {points, points + count},
                         .lengths = {lengths, lengths + count}};
}

void lodestone_dream_destroy(DreamConfig* dream) { delete dream; }

Generation* lodestone_generation_create(const Model* model, const DreamConfig* dream, const PhaseConfig* phase,
                                        double seconds) {
  return hand_over(Generation::create(*model, *dream, *phase, seconds));
}

void lodestone_generation_destroy(Generation* generation) { delete generation; }

/// Works for some milliseconds; 1 when the sound is ready, -1 on a failure.
int lodestone_generation_step(Generation* generation) {
  auto done = generation->step();
  if (done) return *done ? 1 : 0;
  fail(done.error());
  return -1;
}

double lodestone_generation_progress(const Generation* generation) { return generation->progress(); }
double lodestone_generation_reseeds(const Generation* generation) { return static_cast<double>(generation->reseeds()); }

/// Output: the finished sound.
void lodestone_generation_samples(const Generation* generation) {
  const Buffer<float>& samples = generation->samples();
  show(samples.data(), 1, samples.size());
}

// Playing: all but `…_create` may be called on the audio thread.

LiveModel* lodestone_live_model_create(const Model* model) { return hand_over(LiveModel::create(*model)); }
void lodestone_live_model_destroy(LiveModel* model) { delete model; }

/// Output: the bytes that `lodestone_player_create` reads, in this or another instance of this very module.
void lodestone_live_model_bytes(const LiveModel* model) { show(model->bytes().data(), 1, model->bytes().size()); }

/// `sample_rate` 0: the model's.
Player* lodestone_player_create(const std::byte* live_model, std::size_t bytes, std::uint32_t seed, int mode,
                                int method, int iterations, int look_ahead, int weight_range, double alpha, double beta,
                                double gamma, double level, double sample_rate, int spread) {
  Status bad = check_enumerator("mode", mode, static_cast<int>(Mode::stateful));
  if (!bad) bad = check_enumerator("method", method, static_cast<int>(PhaseMethod::spsi));
  if (bad) return fail(*bad), nullptr;
  auto model = LiveModel::read({live_model, bytes});
  if (!model) return fail(model.error()), nullptr;
  return hand_over(Player::create(std::move(*model), {.seed = seed,
                                                      .mode = static_cast<Mode>(mode),
                                                      .phase = {.method = static_cast<PhaseMethod>(method),
                                                                .iterations = iterations,
                                                                .look_ahead = look_ahead,
                                                                .weight_range = weight_range,
                                                                .alpha = alpha,
                                                                .beta = beta,
                                                                .gamma = gamma,
                                                                .level = static_cast<float>(level)},
                                                      .sample_rate = sample_rate,
                                                      .spread = spread != 0}));
}

void lodestone_player_destroy(Player* player) { delete player; }

/// Nine floats at a place that stays, to be written by the host: those of PlayerControls.
float* lodestone_player_controls(Player* player) {
  static_assert(sizeof(PlayerControls) == 9 * sizeof(float));
  return &player->controls().position;
}

/// Fills `output` with the next `count` samples; as many of `input` drive the dream, unless it is null.
void lodestone_player_process(Player* player, const float* input, float* output, std::size_t count) {
  player->process({input, input ? count : 0}, {output, count});
}

void lodestone_player_trigger(Player* player, double position, double pitch) { player->trigger(position, pitch); }
void lodestone_player_reset(Player* player, std::uint32_t seed) { player->reset(seed); }

/// Where the bytes of another live model of the same shape go; null while a swap is going on.
std::byte* lodestone_player_spare(Player* player) { return player->spare().data(); }
/// 1 if the model in `spare` is being taken over now.
int lodestone_player_swap(Player* player) { return player->swap() ? 1 : 0; }
void lodestone_player_set_quality(Player* player, int level) { player->set_quality(level); }

/// The numbers of PlayerMeter at a place that stays, brought up to date by this call.
const double* lodestone_player_meter(Player* player) { return &player->meter().latency.min; }

// WAV

/// The sample rate in Hz, or 0 on a failure. Output: mono samples.
double lodestone_wav_read(const std::byte* bytes, std::size_t count) {
  auto sound = read_wav({bytes, count});
  if (!sound) return fail(sound.error()), 0;
  give(std::move(sound->samples));
  return sound->sample_rate;
}

/// `encoding` 0: 16-bit integers, 1: 32-bit floats. Output: the bytes of the file.
int lodestone_wav_write(const float* samples, std::size_t count, double sample_rate, int encoding) {
  if (auto bad = check_enumerator("encoding", encoding, static_cast<int>(WavEncoding::float32))) return fail(*bad);
  auto bytes = write_wav({samples, count}, sample_rate, static_cast<WavEncoding>(encoding));
  return bytes ? give(std::move(*bytes)) : fail(bytes.error());
}

// Features

Analyser* lodestone_analyser_create(int size, int hop, int window, double sample_rate, int mel_bands,
                                    int coefficients) {
  if (auto bad = check_enumerator("window", window, static_cast<int>(Window::rectangular))) return fail(*bad), nullptr;
  return hand_over(Analyser::create({size, hop, static_cast<Window>(window), sample_rate, mel_bands, coefficients}));
}

void lodestone_analyser_destroy(Analyser* analyser) { delete analyser; }
void lodestone_analyser_reset(Analyser* analyser) { analyser->reset(); }

/// How many of the samples it took.
std::size_t lodestone_analyser_push(Analyser* analyser, const float* samples, std::size_t count) {
  return analyser->push({samples, count});
}

/// 1 if another frame is ready, which is then in `lodestone_analyser_frame`.
int lodestone_analyser_next(Analyser* analyser) { return analyser->next() ? 1 : 0; }

/// The newest frame, laid out as FeatureLayout says, always at the same address.
const float* lodestone_analyser_frame(const Analyser* analyser) { return analyser->frame().data(); }

}  // extern "C"
