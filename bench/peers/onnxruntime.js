// ONNX Runtime, one thread: the network's ONNX file. `onnxruntime.js?node` is native, `?web` WebAssembly.

import { readBytes } from '../../js/bytes.js';
import { bins, networks, onnxUrl, root } from './network.js';
import { benchModule, generation, readMaterial } from './workloads.js';

const variant = new URL(import.meta.url).search.slice(1);

export const { list, setup, run } = benchModule(async () => {
  const runtime = variant === 'node' ? (await import('onnxruntime-node')).default : await loadWeb();
  return {
    version: `ONNX Runtime ${runtime.env.versions[variant]}`,
    flags: variant === 'node' ? 'CPU provider, 1 thread' : 'wasm provider, SIMD, 1 thread',
    workloads: Object.keys(networks).flatMap((name) => workloadsOf(runtime, name)),
  };
});

async function loadWeb() {
  const runtime = await import('onnxruntime-web/wasm');
  runtime.env.wasm.numThreads = 1;
  const file = 'bench/peers/node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm';
  if (root.protocol !== 'file:') runtime.env.wasm.wasmPaths = { wasm: new URL(file, root).href };
  return runtime;
}

function workloadsOf(runtime, name) {
  let material;
  let session;
  const load = async () => {
    material ??= await readMaterial(name);
    session ??= await runtime.InferenceSession.create(await readBytes(onnxUrl(name)), {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
    });
  };
  const units = networks[name][0];
  const count = 2 * networks[name].length; // h and c of each layer
  const zeroStates = () => new runtime.Tensor('float32', new Float32Array(count * units), [count, 1, units]);
  const run = (frames, states) =>
    session.run({ frames: new runtime.Tensor('float32', frames, [frames.length / bins, 1, bins]), states });

  const window = {
    setup: load,
    predict: async (frames) => (await run(frames, zeroStates())).prediction.data,
  };
  let states;
  const advance = async (frames) => {
    const results = await run(frames, states);
    states = results.states_next;
    return results.prediction.data;
  };
  const stateful = {
    async setup() {
      await load();
      states = zeroStates();
    },
    prime: advance,
    predict: advance,
  };
  return [generation(name, 'window', () => material, window), generation(name, 'stateful', () => material, stateful)];
}
