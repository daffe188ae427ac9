// The default training in TensorFlow.js, see recipe.py. The query of this module's URL selects the backend.

import * as tf from '@tensorflow/tfjs';
import { recipeUrl } from './network.js';
import { openBackend } from './tfjs-backend.js';
import { readTensors } from './workloads.js';

/**
 * Trains on what recipe.js has written.
 * @param {{ variant: string, epochs: number, limit: number }} job at most so many epochs (0: all) and seconds
 */
export async function learn({ variant, epochs, limit }) {
  const flags = await openBackend(variant);
  const { metadata, values } = await readTensors(recipeUrl);
  const recipe = JSON.parse(metadata.recipe);
  const trained = await train(values, recipe, epochs || recipe.epochs, limit);
  return { version: `TensorFlow.js ${tf.version.tfjs}, ${flags}`, ...trained };
}

async function train(values, recipe, epochs, limit) {
  const sound = new Sound(values, recipe);
  const { lanes, length, steps } = sound;
  const inputs = values.mean.length;
  const model = makeModel(lanes, length, inputs, recipe.layers);
  const optimizer = tf.train.adam(recipe.learningRate, 0.9, 0.999, 1e-8);
  const weight = tf.tensor1d(values.weight);
  const losses = [];
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  for (let done = 0; losses.length < epochs && seconds() < limit;) {
    sound.turn(losses.length > 0 ? Math.floor(Math.random() * sound.predictions) : 0);
    model.resetStates();
    let loss = 0;
    for (let step = 0; step < steps; ++step, ++done) {
      const cosine = (1 + Math.cos((Math.PI * done) / (recipe.epochs * steps))) / 2;
      optimizer.learningRate = recipe.learningRate * (recipe.decay + (1 - recipe.decay) * cosine);
      const { heard, targets } = sound.read(step);
      let predicted;
      const [x, y] = [heard, targets].map((array) => tf.tensor3d(array, [lanes, length, inputs]));
      optimizer.minimize(() => {
        const output = model.apply(x, { training: true });
        predicted = tf.keep(output.clone());
        return output.sub(y).square().mul(weight).mean();
      });
      loss += sound.hear(step, await predicted.data()) / steps;
      tf.dispose([x, y, predicted]);
    }
    losses.push(loss + recipe.outside);
    await tf.nextFrame();
  }
  return { seconds: seconds(), losses };
}

function makeModel(lanes, length, inputs, units) {
  const model = tf.sequential();
  units.forEach((count, layer) => {
    const uniform = tf.initializers.randomUniform({ minval: -(count ** -0.5), maxval: count ** -0.5 });
    const initialisers = { kernelInitializer: uniform, recurrentInitializer: uniform, biasInitializer: uniform };
    const shape = layer === 0 ? { batchInputShape: [lanes, length, inputs] } : {};
    const lstm = { units: count, recurrentActivation: 'sigmoid', unitForgetBias: false };
    model.add(tf.layers.lstm({ ...shape, ...lstm, ...initialisers, returnSequences: true, stateful: true }));
  });
  model.add(tf.layers.dense({ units: inputs }));
  return model;
}

/** The sound in lanes, and what the network hears of it. */
class Sound {
  constructor({ frames, mean, scale, energy }, { batch, stretch, feedback, lowest }) {
    Object.assign(this, { frames, mean, scale, energy, feedback, lowest });
    this.heard = frames.slice();
    this.inputs = mean.length;
    this.predictions = frames.length / this.inputs - 1;
    this.lanes = Math.floor(batch / stretch);
    const lane = Math.ceil(this.predictions / this.lanes);
    this.steps = Math.ceil(lane / stretch);
    this.length = Math.ceil(lane / this.steps);
    this.turn(0);
  }

  turn(first) {
    const begin = (lane) => Math.floor((this.predictions * lane) / this.lanes);
    this.begins = Array.from({ length: this.lanes }, (_, lane) => begin(lane) + first);
  }

  /** Calls `visit(frame, place)` with the index of each frame's first value in the sound and in a step's arrays. */
  visit(step, visit) {
    const { lanes, length, inputs, predictions } = this;
    for (let i = 0; i < lanes * length; ++i) {
      const row = (this.begins[Math.floor(i / length)] + step * length + (i % length)) % predictions;
      visit(row * inputs, i * inputs, Math.floor(i / length));
    }
  }

  read(step) {
    const { inputs, frames, mean, scale } = this;
    const heard = new Float32Array(this.lanes * this.length * inputs);
    const targets = new Float32Array(heard.length);
    this.visit(step, (frame, place) => {
      for (let k = 0; k < inputs; ++k) {
        heard[place + k] = (this.heard[frame + k] - mean[k]) * scale[k];
        targets[place + k] = frames[frame + inputs + k];
      }
    });
    return { heard, targets };
  }

  /** Mixes predictions into what is heard the next time; returns the loss. */
  hear(step, predicted) {
    const { inputs, frames, energy } = this;
    const shares = this.begins.map(() => Math.min(1, 2 * this.feedback * Math.random()));
    let loss = 0;
    this.visit(step, (frame, place, lane) => {
      for (let k = 0; k < inputs; ++k) {
        const target = frames[frame + inputs + k];
        const error = predicted[place + k] - target;
        loss += energy[k] * error ** 2;
        this.heard[frame + inputs + k] = Math.max(this.lowest, target + shares[lane] * error);
      }
    });
    return loss / (this.lanes * this.length);
  }
}
