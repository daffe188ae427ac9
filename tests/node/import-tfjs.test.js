// Models that TensorFlow.js creates here: imported, they predict what it predicts.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { LodestoneError, Magnet } from '../../js/index.js';
import {
  filesOf,
  layers,
  network,
  predictions,
  recurrentInitializer,
  reference,
  saved,
  sequence,
  someFrames,
  tf,
  train,
} from './import-support.js';
import { root } from './support.js';

const cli = fileURLToPath(new URL('js/cli/main.js', root));
const verify = fileURLToPath(new URL('tools/verify/main.js', root));
const scratch = mkdtempSync(join(tmpdir(), 'lodestone-import-'));
after(() => rmSync(scratch, { recursive: true }));

/** Writes the files to their own folder; returns its path. */
function folder(name, files) {
  const path = mkdtempSync(join(scratch, `${name}-`));
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(path, file), bytes);
  return path;
}

/** The largest difference from TensorFlow.js over 40 frames, relative to the largest prediction. */
function difference(files, model) {
  const frames = someFrames(sequence + 39);
  const path = folder('verify', { ...files, 'reference.safetensors': reference(frames, predictions(model, frames)) });
  const report = spawnSync('node', [verify, '--json', join(path, 'reference.safetensors')]);
  return JSON.parse(report.stdout).quantities[0].error;
}

const load = (files, options) =>
  Magnet.load(
    Object.entries(files).map(([name, bytes]) => new File([bytes], name)),
    options,
  );

const refused = async (files, message) => {
  await assert.rejects(load(files), (error) => {
    assert.ok(error instanceof LodestoneError, `${error}`);
    assert.equal(error.code, 'invalid-data');
    assert.match(error.message, message);
    return true;
  });
};

/** The model's files after a change of model.json. */
function changed(files, change) {
  const json = JSON.parse(Buffer.from(files['model.json']).toString());
  change(json);
  return { ...files, 'model.json': Buffer.from(JSON.stringify(json)) };
}

const layer = (json, index) => json.modelTopology.config.layers[index];

for (const [name, change] of [
  ['MAGNet as its authors have it', {}],
  ['one layer', { units: [7] }],
  ['four layers', { units: [3, 4, 5, 6] }],
  ['an epsilon below ours', { norm: { epsilon: 1e-7 } }],
  ['a large epsilon', { norm: { epsilon: 0.5 } }],
  ['no scale and no center', { norm: { scale: false, center: false } }],
  ['no biases', { lstm: { useBias: false }, dense: { useBias: false } }],
  ['dropout, which only training has', { lstm: { dropout: 0.3, recurrentDropout: 0.2 } }],
]) {
  test(`${name}: window mode agrees with TensorFlow.js`, async () => {
    const model = network(change);
    if (change.norm?.scale !== false) await train(model); // which TensorFlow.js cannot do without a scale
    if (change.norm?.epsilon === 1e-7) {
      // Almost silent bins: the variance is far below both epsilons.
      const weights = model.layers[0].getWeights();
      const variance = weights[3].arraySync().map((value, i) => (i % 3 === 0 ? 1e-9 : value));
      const gamma = weights[0].arraySync().map((value, i) => (i % 3 === 0 ? 1e-4 : value));
      model.layers[0].setWeights([tf.tensor1d(gamma), weights[1], weights[2], tf.tensor1d(variance)]);
    }
    const error = difference(filesOf(await saved(model)), model);
    assert.ok(error <= 1e-4, `${error}`);
  });
}

test('all ways to specify a model give the same one', async () => {
  const model = network();
  const files = filesOf(await saved(model), 3);
  const path = folder('ways', files);
  const expected = await load(files, { hop: 10, sampleRate: 22050, framing: 'none' });
  assert.deepEqual(expected.config, {
    ...{ size: 32, windowSize: 0, hop: 10, window: 'hann', framing: 'none', sampleRate: 22050 },
    ...{ layers: [6, 5], sequence, scale: 'linear', group: 1, impulses: 0 },
  });
  const list = [...Object.entries(files)].map(([name, bytes]) => new File([bytes], name)).reverse();
  const fileList = { ...list, length: list.length, [Symbol.toStringTag]: 'FileList' };
  for (const source of [
    join(path, 'model.json'),
    pathToFileURL(join(path, 'model.json')),
    pathToFileURL(join(path, 'model.json')).href,
    list,
    fileList,
    Object.values(files),
    Object.values(files).map((bytes) => new Blob([bytes])),
  ]) {
    const found = await Magnet.load(source, { hop: 10, sampleRate: 22050, framing: 'none' });
    assert.deepEqual(found.toBytes(), expected.toBytes());
  }
  const out = join(path, 'out.safetensors');
  execFileSync('node', [
    cli,
    'convert',
    join(path, 'model.json'),
    '-o',
    out,
    '--hop',
    '10',
    '--rate',
    '22050',
    '--framing',
    'none',
  ]);
  assert.deepEqual((await Magnet.load(out)).toBytes(), expected.toBytes());
});

test('options supply what the file does not contain', async () => {
  const files = filesOf(await saved(network({ inputShape: [null, 17] })));
  assert.equal((await load(files)).config.sequence, 40);
  assert.equal((await load(files, { sequence: 12 })).config.sequence, 12);
  assert.equal((await load(files)).config.hop, 8);
  await assert.rejects(load(files, { hop: 33 }), { code: 'invalid-argument', message: /hop is 33; allowed: 1 to 32/ });
  await assert.rejects(load(files, { hopp: 3 }), { code: 'invalid-argument', message: /no option hopp/ });
});

test('float16 and quantised weights are decoded as in TensorFlow.js', async () => {
  const model = network();
  await train(model);
  const artifacts = await saved(model);
  for (const dtype of ['float16', 'uint16', 'uint8']) {
    const { specs, data } = quantised(artifacts, dtype);
    const files = filesOf({ ...artifacts, weightSpecs: specs, weightData: data });
    const theirs = await layers.loadLayersModel(
      tf.io.fromMemory({ ...artifacts, weightSpecs: specs, weightData: data }),
    );
    const error = difference(files, theirs);
    assert.ok(error <= 1e-4, `${dtype}: ${error}`);
    assert.ok(difference(files, model) > 1e-6, `${dtype} rounds`);
  }
});

/** As tensorflowjs_converter does. */
function quantised({ weightSpecs, weightData }, dtype) {
  const specs = [];
  const blocks = [];
  let at = 0;
  for (const spec of weightSpecs) {
    const count = spec.shape.reduce((product, size) => product * size, 1);
    const values = new Float32Array(weightData, at, count);
    at += 4 * count;
    if (dtype === 'float16') {
      specs.push({ ...spec, quantization: { dtype } });
      blocks.push(Uint16Array.from(values, halfOf));
      continue;
    }
    const min = Math.min(...values);
    const levels = dtype === 'uint8' ? 255 : 65535;
    const scale = (Math.max(...values) - min) / levels || 1;
    specs.push({ ...spec, quantization: { dtype, min, scale } });
    const stored = Array.from(values, (value) => Math.round((value - min) / scale));
    blocks.push(dtype === 'uint8' ? Uint8Array.from(stored) : Uint16Array.from(stored));
  }
  return { specs, data: Uint8Array.from(blocks.flatMap((block) => [...new Uint8Array(block.buffer)])).buffer };
}

/** Bits of the next float16 towards zero, which is exact enough for weights. */
function halfOf(value) {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0];
  const exponent = ((bits >>> 23) & 0xff) - 112;
  if (exponent <= 0) return (bits >>> 16) & 0x8000;
  return ((bits >>> 16) & 0x8000) | (exponent << 10) | ((bits >>> 13) & 0x3ff);
}

test('layers that the network does not have are refused by name', async () => {
  const { sequential, layers: make } = layers;
  const norm = () => make.batchNormalization({ inputShape: [sequence, 17] });
  const lstm = (more) => make.lstm({ units: 4, recurrentActivation: 'sigmoid', recurrentInitializer, ...more });
  const cases = [
    [
      [norm(), make.gru({ units: 4, recurrentInitializer }), make.dense({ units: 17 })],
      /"gru_GRU\d+" \("GRU"\) does not belong here/,
    ],
    [
      [norm(), make.lstm({ units: 4, recurrentInitializer }), make.dense({ units: 17 })],
      /recurrent_activation "hard_?[sS]igmoid"; allowed: sigmoid/,
    ],
    [
      [norm(), lstm({ activation: 'relu' }), make.dense({ units: 17 })],
      /"LSTM"\) has activation "relu"; allowed: tanh/,
    ],
    [[norm(), lstm({ goBackwards: true }), make.dense({ units: 17 })], /go_backwards "true"; allowed: false/],
    [
      [norm(), make.bidirectional({ layer: lstm(), mergeMode: 'concat' }), make.dense({ units: 17 })],
      /"Bidirectional"/,
    ],
    [[norm(), lstm(), make.dense({ units: 17, activation: 'relu' })], /"Dense"\) has activation "relu"/],
    [
      [norm(), lstm(), make.dense({ units: 17 }), make.activation({ activation: 'tanh' })],
      /"Activation"\) has activation "tanh"/,
    ],
    [[norm(), lstm(), make.dense({ units: 17 }), make.dense({ units: 17 })], /"Dense"\) does not belong/],
    [[norm(), lstm()], /no Dense after an LSTM/],
    [[lstm({ inputShape: [sequence, 17] }), make.dense({ units: 17 })], /"LSTM"\) /],
    [
      [norm(), make.conv1d({ filters: 4, kernelSize: 3 }), lstm(), make.dense({ units: 17 })],
      /"Conv1D"\) does not belong/,
    ],
    [[norm(), lstm(), make.dense({ units: 20 })], /has gamma \[17\]; expected \[20\]|network|size/],
    [[norm(), lstm(), make.dense({ units: 3 })], /size is 4/],
  ];
  for (const [stack, message] of cases) {
    const model = sequential();
    for (const one of stack) model.add(one);
    await refused(filesOf(await saved(model)), message);
  }
  const input = layers.input({ shape: [sequence, 17] });
  const functional = layers.model({ inputs: input, outputs: make.dense({ units: 17 }).apply(lstm().apply(input)) });
  await refused(filesOf(await saved(functional)), /the model is "(Model|Functional)"; allowed: .*"Sequential"/);
});

test('a model.json and shards that contradict each other', async () => {
  const files = filesOf(await saved(network()));
  const [json, first, second] = Object.keys(files);
  const edit = (change) => changed(files, change);
  const weight = (data, name) => data.weightsManifest[0].weights.find((one) => one.name.endsWith(name));
  await refused({ [json]: files[json], [first]: files[first] }, /model\.json needs the shard group1-shard2of2\.bin/);
  await refused({ ...files, [second]: files[second].subarray(4) }, /weight ".*" .* ends beyond its shards/);
  await refused({ ...files, [second]: new Uint8Array() }, /ends beyond its shards/);
  await refused(
    { ...files, [second]: new Uint8Array(files[second].length + 4) },
    /shards hold \d+ bytes; expected \d+/,
  );
  await refused({ ...files, [json]: files[json].subarray(0, 500) }, /model\.json is not valid JSON/);
  await refused({ [json]: new TextEncoder().encode('{}') }, /lists no shards/);
  await refused(
    edit((data) => Object.assign(data, { format: 'graph-model', modelTopology: {} })),
    /"graph-model"; allowed/,
  );
  await refused(
    edit((data) => data.weightsManifest[0].paths.push('../../secret')),
    /"\.\.\/\.\.\/secret" is not a plain file name/,
  );
  await refused(
    edit((data) => data.weightsManifest[0].paths.push('https://example.org/x')),
    /is not a plain file name/,
  );
  await refused(
    edit((data) => (weight(data, 'gamma').dtype = 'int32')),
    /"int32"; allowed: float32/,
  );
  await refused(
    edit((data) => (weight(data, 'gamma').dtype = 'string')),
    /"string"; allowed: float32/,
  );
  await refused(
    edit((data) => (weight(data, 'gamma').quantization = { dtype: 'int8' })),
    /"int8"; allowed: float32/,
  );
  await refused(
    edit((data) => (weight(data, 'gamma').shape = [2 ** 40, 2 ** 40])),
    /ends beyond its shards/,
  );
  await refused(
    edit((data) => (weight(data, 'gamma').shape = [-1])),
    /has an invalid shape/,
  );
  await refused(
    edit((data) => (weight(data, 'gamma').name = 'other')),
    /has no weight gamma; expected \[17\]/,
  );
  await refused(
    edit((data) => weight(data, 'recurrent_kernel').shape.reverse()),
    /has recurrent_kernel \[24, 6\]; expected \[6, 24\]/,
  );
  await refused(
    edit((data) => (layer(data, 1).config.units = 4096)),
    /the shards hold \d+ bytes/,
  );
  await refused(
    edit((data) => (layer(data, 1).config.units = -3)),
    /layers is 0; allowed: 1 to 4096/,
  );
  await refused(
    edit((data) => (layer(data, 0).config.epsilon = -1)),
    /has epsilon -1; allowed: 0 to 1/,
  );
  await refused(
    edit((data) => (layer(data, 0).config.axis = 1)),
    /has axis "1"; allowed: -1/,
  );
  await refused(
    edit((data) => (layer(data, 1).config.use_bias = false)),
    /lists 12 weights, but the layers use 11/,
  );
  const nan = files[first].slice();
  nan.set(new Uint8Array(Float32Array.of(NaN).buffer));
  await refused({ ...files, [first]: nan }, /\[0\] is nan/);
  await assert.rejects(Magnet.load(files[json]), {
    code: 'invalid-data',
    message: /needs the shard group1-shard1of2\.bin; pass it too/,
  });
  const path = folder('missing', { [json]: files[json] });
  await assert.rejects(Magnet.load(join(path, json)), {
    code: 'invalid-data',
    message: /group1-shard1of2\.bin cannot be read/,
  });
});

test('files that are not models', async () => {
  const is = (message) => ({ name: 'LodestoneError', code: 'invalid-data', message });
  await assert.rejects(Magnet.load(new Uint8Array()), is(/this is not a model file; supported: /));
  await assert.rejects(Magnet.load(new TextEncoder().encode('hello')), is(/this is not a model file/));
  await assert.rejects(
    Magnet.load([new Uint8Array(9), new Uint8Array(9)]),
    is(/none of these 2 files is a model\.json/),
  );
  await assert.rejects(Magnet.load([]), is(/none of these 0 files/));
  await assert.rejects(Magnet.load({}), { code: 'invalid-argument', message: /is not readable/ });
});
