// The parts of the nodes that need no browser.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CoreLiveModel, CorePlayer, CoreTrainer } from '../../js/core.js';
import { Load } from '../../js/nodes/thread-load.js';
import { Remote, serve, transferring } from '../../js/threads/remote.js';
import { ModelSwap } from '../../js/nodes/model-swap.js';
import { Quality } from '../../js/nodes/quality.js';
import { LodestoneError } from '../../js/errors.js';
import { chord, newCore, tiny } from './support.js';

describe('the load of the audio thread', () => {
  const rate = 44100;
  const quantum = 128;

  /** Runs a Load for some half seconds of a device that requests four quanta at once; returns each half second's end. */
  function watch(load, halfSeconds, { from = 0, cost = 0.5, lag = () => 0 } = {}) {
    const seen = [];
    for (let frame = from; seen.length < halfSeconds; frame += quantum) {
      const asked = frame - (frame % (4 * quantum));
      const began = (1000 * asked) / rate + ((frame - asked) / quantum) * cost + lag(frame / rate);
      if (!load.count(Math.floor(began), Math.floor(began + cost), frame, quantum)) continue;
      seen.push({ lost: load.lost, frame: frame + quantum });
    }
    return seen;
  }

  test('is measured by a clock of whole milliseconds', () => {
    const load = new Load(rate, 11.6);
    watch(load, 4, { cost: 0.4 });
    // 689 quanta in 2 s, each with a chance of 0.4 of holding a tick: a standard deviation below 0.7 % of real time.
    assert.ok(Math.abs(load.mean - (0.4 * rate) / quantum / 1000) < 0.02, `${load.mean}`);
    assert.equal(load.late, 0);
    assert.equal(load.losses, 0);
  });

  test('counts late quanta and lost sound', () => {
    const load = new Load(rate, 11.6);
    watch(load, 3, { lag: (seconds) => (seconds > 1.2 && seconds < 1.25 ? 60 : 0) });
    assert.ok(load.late > 10 && load.late < 25, `${load.late}`);
    assert.equal(load.losses, 0); // it has caught up
    const lost = watch(load, 3, { from: 1.5 * rate, lag: (seconds) => (seconds > 2.2 ? 30 : 0) });
    assert.equal(load.losses, 1);
    assert.equal(lost.length, 3);
  });

  test('starts over after a context was suspended', () => {
    const load = new Load(rate, 11.6);
    watch(load, 2);
    load.restart();
    watch(load, 3, { from: rate, lag: () => 5000 });
    assert.equal(load.late, 0);
    assert.equal(load.losses, 0);
  });
});

describe('quality', () => {
  const judged = (quality, count, share, lost = false) =>
    Array.from({ length: count }, () => (quality.judge(share, lost), quality.level));

  test('falls a level after every second of overload, to the second level', () => {
    assert.deepEqual(judged(new Quality(), 6, 0.95), [0, 1, 1, 2, 2, 2]);
    assert.deepEqual(judged(new Quality(), 6, 0.2, true), [0, 1, 1, 2, 2, 2]);
  });

  test('does not fall if an overload lasts half a second', () => {
    const quality = new Quality();
    for (let i = 0; i < 20; ++i) assert.deepEqual(judged(quality, 1, i % 2 ? 0.95 : 0.3), [0]);
  });

  test('rises after 4 s of calm, and after twice as many the next time, up to 64 s', () => {
    const quality = new Quality();
    for (const calm of [8, 16, 32, 64, 128, 128]) {
      judged(quality, 2, 1);
      const levels = judged(quality, calm, 0.3);
      assert.deepEqual(levels.indexOf(0), calm - 1);
    }
  });
});

describe('calls over a port', () => {
  /** Two ends, one of which serves these methods; `close` lets the process end. */
  function pair(methods, events) {
    const { port1, port2 } = new MessageChannel();
    serve(port1, methods);
    return { remote: new Remote(port2, events), port: port1, close: () => port1.close() };
  }

  test('are answered when the method is done, in any order', async () => {
    let finish;
    const done = [];
    const { remote, close } = pair({
      slow: () => new Promise((resolve) => (finish = resolve)),
      quick: () => finish(),
    });
    const both = [
      remote.call('slow').then(() => done.push('slow')),
      remote.call('quick').then(() => done.push('quick')),
    ];
    await Promise.all(both);
    close();
    assert.deepEqual(done.sort(), ['quick', 'slow']);
  });

  test('return results, whose buffers are transferred if the method says so', async () => {
    const kept = new Float32Array(3);
    const given = new Float32Array(4);
    const told = [];
    const { remote, close } = pair({
      copy: () => ({ kept }),
      give: () => transferring({ given }, [given.buffer]),
      take: (array) => void told.push(array.length),
    });
    assert.deepEqual(await remote.call('copy'), { kept: new Float32Array(3) });
    assert.deepEqual(await remote.call('give'), { given: new Float32Array(4) });
    assert.deepEqual([kept.length, given.length], [3, 0]);
    remote.tell('take', [kept], [kept.buffer]);
    await remote.call('take', [new Float32Array(2)]);
    assert.deepEqual([told, kept.length], [[3, 2], 0]);
    await assert.rejects(remote.call('copy'), { message: /detached/ });
    await assert.rejects(remote.call('copy', [() => 1]), { code: 'invalid-argument', message: /^copy: .*cloned/ });
    close();
  });

  test('fail with the code of what went wrong', async () => {
    const { remote, close } = pair({
      refuse: () => {
        throw new LodestoneError('invalid-argument', 'no');
      },
      trap: () => null.nothing,
    });
    await assert.rejects(remote.call('refuse'), { name: 'LodestoneError', code: 'invalid-argument', message: 'no' });
    await assert.rejects(remote.call('trap'), { code: 'processor-error' });
    close();
  });

  test('fail after the end; events arrive until then', async () => {
    let hear;
    const heard = new Promise((resolve) => (hear = resolve));
    const { remote, port, close } = pair({ never: () => new Promise(() => {}) }, { meter: hear });
    port.postMessage(['meter', 3]);
    assert.equal(await heard, 3);
    const open = remote.call('never');
    remote.end(new LodestoneError('cancelled', 'over'));
    await assert.rejects(open, { code: 'cancelled' });
    await assert.rejects(remote.call('never'), { code: 'cancelled' });
    close();
  });
});

describe('a model swap', () => {
  const core = newCore();
  const bytes = (options) => {
    const trainer = new CoreTrainer(core, chord(1), { ...tiny, ...options });
    trainer.step();
    return new CoreLiveModel(core, trainer.model()).bytes();
  };
  const [one, two] = [bytes({ seed: 1 }), bytes({ seed: 2 })];
  const block = new Float32Array(128);

  /** Plays until the swap is over; returns the number of blocks. */
  async function play(player, swap, swapped) {
    let over = false;
    swapped.then(
      () => (over = true),
      () => (over = true),
    );
    for (let blocks = 1; ; ++blocks) {
      player.process(block);
      swap.step();
      await null;
      await null;
      if (over) return blocks;
      assert.ok(blocks < 1000, 'the swap does not end');
    }
  }

  function playing(piece) {
    const player = new CorePlayer(core, one, {});
    return { player, swap: new ModelSwap(player, piece) };
  }

  test('takes one block per piece and then fades', async () => {
    const few = playing(65536);
    const many = playing(1024);
    const fade = (await play(few.player, few.swap, few.swap.swap(two))) - Math.ceil(two.length / 65536);
    const blocks = await play(many.player, many.swap, many.swap.swap(two));
    assert.ok(Math.abs(blocks - Math.ceil(two.length / 1024) - fade) <= 1, `${blocks}, ${fade}`);
  });

  test('is complete with pieces of any length', () => {
    const pieces = Math.ceil(two.length / 4096);
    const { player, swap } = playing(4096);
    swap.swap(two);
    const [same, unswapped] = [new CorePlayer(core, one, {}), new CorePlayer(core, one, {})];
    const [expected, unexpected] = [new Float32Array(128), new Float32Array(128)];
    for (let blocks = 1; blocks < pieces + 200; ++blocks) {
      player.process(block);
      swap.step();
      same.process(expected);
      if (blocks === 1) same.makeRoom();
      if (blocks === pieces + 1) assert.ok(same.writeSpare(0, two) && same.swap());
      unswapped.process(unexpected);
      assert.deepEqual(block, expected);
    }
    assert.notDeepEqual(block, unexpected);
  });

  test('is refused if there is no memory for it; the player keeps playing, and a later swap succeeds', async () => {
    const full = newCore();
    const [player, expected] = [new CorePlayer(full, one), new CorePlayer(core, one)];
    const swap = new ModelSwap(player);
    let place = 0;
    // What is left is too little for a model, but enough for small objects.
    for (let size = 2 ** 31; size >= 16384; size /= 2) {
      for (let at; (at = full.abi.lodestone_alloc(size));) place ||= at;
    }
    const refused = swap.swap(two);
    const before = full.abi.lodestone_allocations();
    await assert.rejects(refused, { code: 'out-of-memory' });
    const [output, samples] = [new Float32Array(128), new Float32Array(128)];
    for (let blocks = 0; blocks < 100; ++blocks) {
      player.process(output);
      swap.step();
      expected.process(samples);
      assert.deepEqual(output, samples);
    }
    assert.equal(full.abi.lodestone_allocations(), before);
    full.abi.lodestone_free(place);
    await play(player, swap, swap.swap(two));
  });

  test('allocates memory at the first swap, none while the player plays', async () => {
    const { player, swap } = playing(1024);
    assert.equal(player.writeSpare(0, two), false);
    for (let round = 0; round < 3; ++round) {
      const before = core.abi.lodestone_allocations();
      const swapped = swap.swap(two);
      const after = core.abi.lodestone_allocations();
      assert.equal(after > before, round === 0, `round ${round}`);
      await play(player, swap, swapped);
      assert.equal(core.abi.lodestone_allocations(), after);
    }
  });

  test('is refused if the shape differs, and the next one succeeds', async () => {
    const { player, swap } = playing(65536);
    const refused = swap.swap(bytes({ layers: [4] }));
    await play(player, swap, refused);
    await assert.rejects(refused, { code: 'invalid-argument' });
    await play(player, swap, swap.swap(two));
  });
});
