// Models made by TensorFlow.js, as the files that its converters and `model.save` write.

import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as layers from '@tensorflow/tfjs-layers';
import { writeSafetensors } from '../../js/training/safetensors.js';

export { layers, tf };
export const bins = 17;
export const sequence = 40;
// The usual one, orthogonal, needs tensor methods that these parts of TensorFlow.js do not have.
export const recurrentInitializer = 'glorotUniform';

/** Frames `[count][bins]` in the range of magnitudes. */
export function someFrames(count) {
  let state = 7;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  return Array.from({ length: count }, () => Array.from({ length: bins }, () => 3 * random() ** 2));
}

/**
 * MAGNet's network. What `change` has for a layer (norm, lstm, dense) is added to its settings.
 * @param {{units?: number[], norm?: object, lstm?: object, dense?: object, inputShape?: (number | null)[]}} change
 */
export function network({ units = [6, 5], norm = {}, lstm = {}, dense = {}, inputShape = [sequence, bins] } = {}) {
  const model = layers.sequential();
  model.add(layers.layers.batchNormalization({ inputShape, ...norm }));
  units.forEach((count, layer) => {
    const returnSequences = layer < units.length - 1;
    model.add(
      layers.layers.lstm({
        units: count,
        returnSequences,
        recurrentActivation: 'sigmoid',
        recurrentInitializer,
        ...lstm,
      }),
    );
  });
  model.add(layers.layers.dense({ units: bins, ...dense }));
  model.add(layers.layers.activation({ activation: 'linear' }));
  return model;
}

/** Some steps of training, after which running statistics and biases are not constant. */
export async function train(model) {
  const frames = someFrames(80);
  const starts = Array.from({ length: 16 }, (_, i) => i);
  const inputs = tf.tensor3d(starts.map((start) => frames.slice(start, start + sequence)));
  const targets = tf.tensor2d(starts.map((start) => frames[start + sequence]));
  model.compile({ optimizer: tf.train.adam(0.02), loss: 'meanSquaredError' });
  await model.fit(inputs, targets, { epochs: 3, batchSize: 8, verbose: 0 });
}

/** What TensorFlow.js predicts after each frame from the 40th on, from the last 40: `[count][bins]`. */
export function predictions(model, frames) {
  const windows = frames.slice(sequence - 1).map((_, start) => frames.slice(start, start + sequence));
  return tf.tidy(() => model.predict(tf.tensor3d(windows)).arraySync());
}

/** The model as `model.save` passes it on. */
export async function saved(model) {
  let artifacts;
  await model.save({
    async save(given) {
      artifacts = given;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    },
  });
  return artifacts;
}

/** The files of a model, its weights cut into `shards` of about the same size: `{name: bytes}`, model.json first. */
export function filesOf({ format, generatedBy, modelTopology, weightSpecs, weightData }, shards = 2) {
  const size = Math.ceil(weightData.byteLength / shards);
  const names = Array.from({ length: shards }, (_, i) => `group1-shard${i + 1}of${shards}.bin`);
  const weightsManifest = [{ paths: names, weights: weightSpecs }];
  const json = JSON.stringify({ format, generatedBy, convertedBy: null, modelTopology, weightsManifest });
  return {
    'model.json': new TextEncoder().encode(json),
    ...Object.fromEntries(names.map((name, i) => [name, new Uint8Array(weightData.slice(i * size, (i + 1) * size))])),
  };
}

/** A file for `lodestone-verify`: frames, and what the model next to it predicts. */
export function reference(frames, predicted, model = 'model.json') {
  const tensor = (name, rows) => ({
    name,
    dtype: 'F32',
    shape: [rows.length, bins],
    bytes: new Uint8Array(Float32Array.from(rows.flat()).buffer),
  });
  return writeSafetensors({ model, sequence: String(sequence) }, [
    tensor('frames', frames),
    tensor('predictions', predicted),
  ]);
}
