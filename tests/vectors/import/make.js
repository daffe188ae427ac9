// Writes models of TensorFlow.js and what it predicts with them; see make.py for the form of reference.safetensors.
//
//     node tests/vectors/import/make.js
//
// tfjs/ is as TensorFlow.js saves a model, its weights in two shards. keras/ is the same as tensorflowjs_converter
// writes what Keras trained: other names and order of weights, the topology one level deeper, lists for axes.

import { mkdirSync, writeFileSync } from 'node:fs';
import {
  filesOf,
  network,
  predictions,
  reference,
  saved,
  sequence,
  someFrames,
  train,
} from '../../node/import-support.js';

const model = network();
await train(model);
const frames = someFrames(sequence + 39);
const artifacts = await saved(model);

function write(folder, files) {
  mkdirSync(new URL(folder, import.meta.url), { recursive: true });
  const all = { ...files, 'reference.safetensors': reference(frames, predictions(model, frames)) };
  for (const [name, bytes] of Object.entries(all)) writeFileSync(new URL(`${folder}/${name}`, import.meta.url), bytes);
}

/** Names as Keras has them: batch_normalization, lstm, lstm_1, dense; the cells of LSTMs have names of their own. */
function kerasName(name) {
  const [layer, part] = name.split('/');
  const [kind, number] = /^([a-z_]+)_[A-Za-z]+(\d+)$/.exec(layer).slice(1);
  const own = kind === 'lstm' && Number(number) > 1 ? `lstm_${number - 1}` : kind;
  return {
    layer: own,
    weight: kind === 'lstm' ? `${own}/${own.replace('lstm', 'lstm_cell')}/${part}` : `${own}/${part}`,
  };
}

function asKeras({ weightSpecs, weightData, modelTopology }) {
  const layers = modelTopology.config.layers.map(({ class_name: kind, config }) => {
    const name = config.name.startsWith('activation') ? 'activation' : kerasName(`${config.name}/`).layer;
    return { class_name: kind, config: { ...config, name, ...(kind === 'BatchNormalization' ? { axis: [2] } : {}) } };
  });
  let at = 0;
  const weights = weightSpecs.map((spec) => {
    const bytes = 4 * spec.shape.reduce((product, size) => product * size, 1);
    at += bytes;
    return {
      spec: { ...spec, name: kerasName(spec.name).weight },
      data: new Uint8Array(weightData, at - bytes, bytes),
    };
  });
  weights.sort((a, b) => (a.spec.name < b.spec.name ? -1 : 1));
  return {
    format: 'layers-model',
    generatedBy: 'keras v2.3.0-tf',
    modelTopology: {
      keras_version: '2.3.0-tf',
      backend: 'tensorflow',
      model_config: { class_name: 'Sequential', config: { name: 'sequential', layers } },
    },
    weightSpecs: weights.map(({ spec }) => spec),
    weightData: Uint8Array.from(weights.flatMap(({ data }) => [...data])).buffer,
  };
}

write('tfjs', filesOf(artifacts, 2));
write('keras', filesOf(asKeras(artifacts), 1));
