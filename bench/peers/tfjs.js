// TensorFlow.js: the network as a layers model, as a user would write it.
// The query of this module's URL selects the backend: `tfjs.js?wasm`, `?wasm-transposed`, `?cpu`.

import * as tf from '@tensorflow/tfjs';
import { adam, batch, batchNorm, bins, networks, sequence } from './network.js';
import { openBackend } from './tfjs-backend.js';
import { batchRows, benchModule, generation, lossAgrees, readMaterial } from './workloads.js';

const variant = new URL(import.meta.url).search.slice(1);

export const { list, setup, run } = benchModule(async () => {
  const flags = await openBackend(variant);
  return { version: `TensorFlow.js ${tf.version.tfjs}`, flags, workloads: Object.keys(networks).flatMap(workloadsOf) };
});

function workloadsOf(name) {
  let material;
  const load = async () => (material ??= await readMaterial(name));
  return [
    training(name, load),
    ...['window', 'stateful'].map((mode) => {
      let model;
      return generation(name, mode, () => material, {
        async setup() {
          await load();
          model?.dispose();
          model = makeModel(material, networks[name], mode === 'stateful');
        },
        prime: (frames) => {
          for (let at = 0; at < frames.length; at += bins) predict(model, frames.subarray(at, at + bins));
        },
        predict: (frames) => predict(model, frames),
      });
    }),
  ];
}

function predict(model, frames) {
  const input = tf.tensor3d(frames, [1, frames.length / bins, bins]);
  const output = model.predictOnBatch(input);
  const prediction = output.dataSync();
  tf.dispose([input, output]);
  return prediction;
}

function training(name, load) {
  let model;
  let frames;
  let material;
  return {
    name: `train-step/${name}`,
    unit: 'step',
    async setup() {
      material = await load();
      model?.dispose();
      model = makeModel(material, networks[name], false);
      const optimizer = tf.train.adam(adam.lr, ...adam.betas, adam.eps);
      model.compile({ optimizer, loss: 'meanSquaredError' });
      frames ??= tf.tensor2d(material.frames, [material.frames.length / bins, bins]);
    },
    async step(i) {
      const rows = batchRows(material, i);
      const inputs = tf.tidy(() => tf.gather(frames, rows.inputs).reshape([batch, sequence, bins]));
      const targets = tf.gather(frames, rows.targets);
      const loss = await model.trainOnBatch(inputs, targets);
      tf.dispose([inputs, targets]);
      return loss;
    },
    check: (loss) => lossAgrees(loss, material),
    checksum: (loss) => loss,
  };
}

/** The network with the material's weights; `stateful` takes one frame at a time and keeps the states. */
function makeModel(material, units, stateful) {
  const model = tf.sequential();
  const shape = stateful ? { batchInputShape: [1, 1, bins] } : { inputShape: [sequence, bins] };
  const { eps: epsilon, momentum } = batchNorm;
  model.add(tf.layers.batchNormalization({ ...shape, epsilon, momentum: 1 - momentum }));
  // Weights are set below; the usual orthogonal ones would take minutes on the cpu backend.
  const lstm = { recurrentActivation: 'sigmoid', recurrentInitializer: 'zeros' };
  units.forEach((count, layer) => {
    const returnSequences = layer < units.length - 1;
    model.add(tf.layers.lstm({ ...lstm, units: count, returnSequences, stateful }));
  });
  model.add(tf.layers.dense({ units: bins }));
  const of = (tensor) => material[`initial/${tensor}`];
  const vector = (values) => tf.tensor1d(values);
  const columns = (values, rows) => tf.tensor2d(values, [rows, values.length / rows]).transpose();
  const [norm, ...rest] = model.layers;
  norm.setWeights(['weight', 'bias', 'running_mean', 'running_var'].map((kind) => vector(of(`batch_norm.${kind}`))));
  units.forEach((count, layer) => {
    const kind = (tensor) => of(`lstm.${tensor}_l${layer}`);
    const bias = kind('bias_ih').map((value, i) => value + kind('bias_hh')[i]);
    rest[layer].setWeights([
      columns(kind('weight_ih'), 4 * count),
      columns(kind('weight_hh'), 4 * count),
      vector(bias),
    ]);
  });
  rest.at(-1).setWeights([columns(of('fc.weight'), bins), vector(of('fc.bias'))]);
  return model;
}
