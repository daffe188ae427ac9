// One cold start of dist/analysis.wasm, in Node or in a page. Each further one needs a new process or browser, because
// engines cache compiled modules.
import { readBytes } from '../../js/bytes.js';
import { stubs } from '../../js/wasm/loader.js';

/** An StftConfig as the C ABI takes it: 2048 samples every 512, Hann, centred. */
const stftConfig = Float64Array.of(2048, 0, 512, 0, 0, 44100);
const samples = 4096;

/**
 * Milliseconds for fetching, compiling and instantiating the module, and for its first call: a spectrogram of 4,096
 * samples.
 */
export async function loadOnce() {
  const times = [performance.now()];
  const lap = () => times.push(performance.now());
  const bytes = await readBytes(new URL('../../dist/analysis.wasm', import.meta.url));
  lap();
  const module = await WebAssembly.compile(/** @type {BufferSource} */ (bytes));
  lap();
  const abi = /** @type {any} */ (new WebAssembly.Instance(module, stubs(module)).exports);
  abi._initialize?.();
  lap();
  const place = abi.lodestone_alloc(stftConfig.byteLength) >>> 0;
  new Float64Array(abi.memory.buffer, place).set(stftConfig);
  const stft = abi.lodestone_stft_create(place, stftConfig.length);
  const failed = abi.lodestone_stft_magnitudes(stft, abi.lodestone_alloc(4 * samples), samples);
  lap();
  if (failed) throw new Error('the first call failed');
  const [fetch, compile, instantiate, firstCall] = times.slice(1).map((time, i) => time - times[i]);
  return { fetch, compile, instantiate, firstCall };
}
