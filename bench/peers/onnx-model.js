// The network as an ONNX file: one for both ways of generating. `frames [steps, 1, bins]` and the states h and c of
// each layer `[2 · layers, 1, units]` go in, the prediction after the last step and the states come out: 40 steps from zero
// states are the window, one step with the states carried on is the stateful mode.

import protocol from 'onnx-proto';
import { batchNorm, bins } from './network.js';

const { onnx } = protocol;
const float32 = onnx.TensorProto.DataType.FLOAT;
const int64 = onnx.TensorProto.DataType.INT64;
const bytesOf = (array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

const tensor = (name, dims, values) => ({ name, dims, dataType: float32, rawData: bytesOf(Float32Array.from(values)) });
const axes = (name, values) => ({
  name,
  dims: [values.length],
  dataType: int64,
  rawData: bytesOf(BigInt64Array.from(values, BigInt)),
});
const integer = (name, value) => ({ name, type: onnx.AttributeProto.AttributeType.INT, i: value });
const node = (opType, input, output, attribute = []) => ({ name: output[0], opType, input, output, attribute });

/** A number is a fixed dimension, a string a free one. */
const value = (name, ...dims) => ({
  name,
  type: {
    tensorType: {
      elemType: float32,
      shape: { dim: dims.map((dim) => (typeof dim === 'number' ? { dimValue: dim } : { dimParam: dim })) },
    },
  },
});

/** Gates from PyTorch's order i, f, g, o to ONNX's i, o, f, c; `rows` values per unit. */
function reordered(values, units, rows) {
  const block = units * rows;
  const result = new Float32Array(values.length);
  [0, 3, 1, 2].forEach((from, to) => result.set(values.subarray(from * block, (from + 1) * block), to * block));
  return result;
}

/** BatchNorm with its running statistics is a product and a sum: both are folded into layer 1. */
function foldedInput(weights, rows) {
  const matrix = weights['lstm.weight_ih_l0'].slice();
  const bias = weights['lstm.bias_ih_l0'].slice();
  for (let j = 0; j < bins; ++j) {
    const scale = weights['batch_norm.weight'][j] / Math.sqrt(weights['batch_norm.running_var'][j] + batchNorm.eps);
    const shift = weights['batch_norm.bias'][j] - weights['batch_norm.running_mean'][j] * scale;
    for (let row = 0; row < rows; ++row) {
      bias[row] += weights['lstm.weight_ih_l0'][row * bins + j] * shift;
      matrix[row * bins + j] *= scale;
    }
  }
  return { matrix, bias };
}

/** Adds layer `layer`, whose input is called `input`, to the graph; returns the name of its output. */
function addLstm(graph, weights, layers, layer, input) {
  const units = layers[layer];
  const inputs = layer === 0 ? bins : layers[layer - 1];
  const of = (kind) => weights[`lstm.${kind}_l${layer}`];
  const { matrix, bias } =
    layer === 0 ? foldedInput(weights, 4 * units) : { matrix: of('weight_ih'), bias: of('bias_ih') };
  const both = new Float32Array(8 * units);
  both.set(reordered(bias, units, 1));
  both.set(reordered(of('bias_hh'), units, 1), 4 * units);
  const [h, c] = [`h${layer}`, `c${layer}`];
  graph.initializer.push(
    tensor(`W${layer}`, [1, 4 * units, inputs], reordered(matrix, units, inputs)),
    tensor(`R${layer}`, [1, 4 * units, units], reordered(of('weight_hh'), units, units)),
    tensor(`B${layer}`, [1, 8 * units], both),
  );
  graph.node.push(
    node(
      'LSTM',
      [input, `W${layer}`, `R${layer}`, `B${layer}`, '', h, c],
      [`Y${layer}`, `${h}_next`, `${c}_next`],
      [integer('hidden_size', units)],
    ),
    node('Squeeze', [`Y${layer}`, 'direction'], [`y${layer}`]), // [steps, directions, batch, units]
  );
  return `y${layer}`;
}

/**
 * @param {Record<string, Float32Array>} weights by their names in PyTorch's state_dict
 * @param {number[]} layers hidden sizes, all the same
 * @returns {Uint8Array}
 */
export function onnxModel(weights, layers) {
  const graph = { name: 'magnet', node: [], initializer: [axes('direction', [1])], input: [], output: [] };
  const states = layers.flatMap((_, layer) => [`h${layer}`, `c${layer}`]);
  graph.input.push(value('frames', 'steps', 1, bins), value('states', states.length, 1, layers[0]));
  graph.output.push(value('prediction', 1, bins), value('states_next', states.length, 1, layers[0]));
  graph.node.push(node('Split', ['states'], states, [integer('axis', 0)]));
  let output = 'frames';
  layers.forEach((_, layer) => (output = addLstm(graph, weights, layers, layer, output)));
  const last = layers.length - 1;
  graph.node.pop(); // of the last layer only the last state is needed
  graph.initializer.push(
    tensor('fc_weight', [bins, layers[last]], weights['fc.weight']),
    tensor('fc_bias', [bins], weights['fc.bias']),
  );
  graph.node.push(
    node('Squeeze', [`h${last}_next`, 'direction'], ['last']),
    node('Gemm', ['last', 'fc_weight', 'fc_bias'], ['prediction'], [integer('transB', 1)]),
  );
  const next = states.map((state) => `${state}_next`);
  graph.node.push(node('Concat', next, ['states_next'], [integer('axis', 0)]));
  const model = { irVersion: 8, producerName: 'lodestone', opsetImport: [{ domain: '', version: 14 }], graph };
  return onnx.ModelProto.encode(onnx.ModelProto.create(model)).finish();
}
