import * as tf from '@tensorflow/tfjs';
import { root } from './network.js';

/**
 * Opens a backend of TensorFlow.js; returns notes for the report.
 * @param {'wasm' | 'wasm-transposed' | 'cpu'} variant
 */
export async function openBackend(variant) {
  if (variant === 'cpu') return useCpu();
  const flags = await useWasm(variant);
  if (variant === 'wasm-transposed') makeTransposesExplicit();
  return flags;
}

async function useCpu() {
  await tf.setBackend('cpu');
  return 'cpu backend, plain JavaScript, 1 thread';
}

async function useWasm(variant) {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  const folder = new URL('bench/peers/node_modules/@tensorflow/tfjs-backend-wasm/dist/', root);
  wasm.setWasmPaths(folder.protocol === 'file:' ? decodeURIComponent(folder.pathname) : folder.href);
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  await tf.setBackend('wasm');
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  const products = variant === 'wasm' ? 'as shipped' : 'transposed explicitly';
  return `wasm backend, 1 thread, SIMD ${simd ? 'on' : 'off'}, products ${products}`;
}

/** The backend's products of transposed matrices are many times slower than a transposition and a plain product. */
function makeTransposesExplicit() {
  const product = tf.getKernel('BatchMatMul', 'wasm');
  const transpose = tf.getKernel('Transpose', 'wasm').kernelFunc;
  const kernelFunc = ({ inputs, backend, attrs }) => {
    const made = [];
    const upright = (x, transposed) => {
      if (!transposed) return x;
      const rank = x.shape.length;
      const perm = x.shape.map((_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
      made.push(transpose({ inputs: { x }, backend, attrs: { perm } }));
      return made.at(-1);
    };
    const a = upright(inputs.a, attrs.transposeA);
    const b = upright(inputs.b, attrs.transposeB);
    const result = product.kernelFunc({ inputs: { a, b }, backend, attrs: { transposeA: false, transposeB: false } });
    for (const { dataId } of made) backend.disposeData(dataId);
    return result;
  };
  tf.unregisterKernel('BatchMatMul', 'wasm');
  tf.registerKernel({ ...product, kernelFunc });
}
