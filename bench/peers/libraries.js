// FFT and spectrum libraries behind one small interface, used as their documentation says.

import { root } from './network.js';

/**
 * @typedef {object} Library
 * @property {string} flags notes for the report
 * @property {(input: Float32Array) => { transform: () => void, magnitudes: () => Float32Array }} [makeTransform] `transform`
 *     computes the complex spectrum of `input`, `magnitudes` its magnitudes; absent if the library only has magnitudes
 * @property {(size: number) => (frame: Float32Array, result: Float32Array, at: number) => void} makeMagnitudes writes the
 *     magnitudes of a windowed frame to `result`, from `at` on: `size / 2 + 1`, or `size / 2` if it leaves out the last
 */

/** The name of each one's package, and how it is loaded. */
export const libraries = {
  'fft.js': { name: 'fft.js', load: loadFftJs },
  'pffft-wasm': { name: '@echogarden/pffft-wasm', load: loadPffft },
  'essentia.js': { name: 'essentia.js', load: loadEssentia },
  meyda: { name: 'meyda', load: loadMeyda },
};

/** @returns {Promise<Library>} */
async function loadFftJs() {
  const { default: FFT } = await import('fft.js');
  return {
    flags: 'plain JavaScript, double precision',
    makeTransform(input) {
      const fft = new FFT(input.length);
      const spectrum = fft.createComplexArray();
      const data = Array.from(input);
      return {
        transform: () => fft.realTransform(spectrum, data),
        magnitudes: () => writeMagnitudes(spectrum, input.length / 2 + 1, new Float32Array(input.length / 2 + 1), 0),
      };
    },
    makeMagnitudes(size) {
      const fft = new FFT(size);
      const spectrum = fft.createComplexArray();
      return (frame, result, at) => {
        fft.realTransform(spectrum, frame);
        writeMagnitudes(spectrum, size / 2 + 1, result, at);
      };
    },
  };
}

/** @returns {Promise<Library>} */
async function loadPffft() {
  const { default: PFFFT } = await import('@echogarden/pffft-wasm/simd');
  const folder = new URL('bench/peers/node_modules/@echogarden/pffft-wasm/dist/simd/', root);
  const inPage = root.protocol !== 'file:';
  const pffft = await PFFFT(inPage ? { locateFile: (file) => new URL(file, folder).href } : {});
  return {
    flags: `WASM, 1 thread, SIMD size ${pffft._pffft_simd_size()}`,
    makeTransform(input) {
      const { write, transform, read } = pffftOfSize(pffft, input.length);
      write(input);
      return { transform, magnitudes: () => read(new Float32Array(input.length / 2 + 1), 0) };
    },
    makeMagnitudes(size) {
      const { write, transform, read } = pffftOfSize(pffft, size);
      return (frame, result, at) => {
        write(frame);
        transform();
        read(result, at);
      };
    },
  };
}

function pffftOfSize(pffft, size) {
  const [real, forward] = [0, 0];
  const setup = pffft._pffft_new_setup(size, real);
  const [input, output, work] = [1, 2, 3].map(() => pffft._pffft_aligned_malloc(4 * size));
  return {
    write: (frame) => pffft.HEAPF32.set(frame, input / 4),
    transform: () => pffft._pffft_transform_ordered(setup, input, output, work, forward),
    read: (result, at) => writePacked(pffft.HEAPF32.subarray(output / 4, output / 4 + size), result, at),
  };
}

/** @returns {Promise<Library>} */
async function loadEssentia() {
  const { default: loaded } = await import('essentia.js/dist/essentia-wasm.umd.js');
  const { default: Essentia } = await import('essentia.js/dist/essentia.js-core.umd.js');
  const essentia = new Essentia(loaded.EssentiaWASM ?? loaded); // the latter in Node
  return {
    flags: `Essentia ${essentia.version} in WASM, 1 thread`,
    makeMagnitudes: (size) => (frame, result, at) => {
      const input = essentia.arrayToVector(frame);
      const { spectrum } = essentia.Spectrum(input, size);
      result.set(essentia.vectorToArray(spectrum), at);
      input.delete();
      spectrum.delete();
    },
  };
}

/** @returns {Promise<Library>} */
async function loadMeyda() {
  const { default: Meyda } = await import('meyda');
  Meyda.windowingFunction = 'rect'; // frames are already windowed
  return {
    flags: 'plain JavaScript, double precision',
    makeMagnitudes: (size) => (frame, result, at) => {
      Meyda.bufferSize = size;
      result.set(Meyda.extract('amplitudeSpectrum', frame), at);
    },
  };
}

/** The first `count` magnitudes of a spectrum of interleaved real and imaginary parts; returns `result`. */
function writeMagnitudes(spectrum, count, result, at) {
  for (let k = 0; k < count; ++k) {
    const re = spectrum[2 * k];
    const im = spectrum[2 * k + 1];
    result[at + k] = Math.sqrt(re * re + im * im);
  }
  return result;
}

/** All magnitudes of a spectrum that has Nyquist in place of the imaginary part of DC, which is zero. */
function writePacked(spectrum, result, at) {
  const last = spectrum.length / 2;
  writeMagnitudes(spectrum, last, result, at);
  result[at] = Math.abs(spectrum[0]);
  result[at + last] = Math.abs(spectrum[1]);
  return result;
}
