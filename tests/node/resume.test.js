// One process is killed while it trains and another resumes: the same bits as without the interruption.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Magnet } from '../../js/index.js';
import { unbroken } from '../browser/kept-training.js';

const long = Boolean(process.env.LODESTONE_LONG);
const scratch = await mkdtemp(join(tmpdir(), 'lodestone-resume-'));
after(() => rm(scratch, { recursive: true }));
const program = fileURLToPath(new URL('go-on.js', import.meta.url));

/**
 * Trains in another process until it is done, or has reached that share of its steps.
 * @returns {Promise<number | null>} the hash of the model; null if it was killed
 */
async function goOnUntil(share, request) {
  const [kept] = await Magnet.checkpoints(request.store);
  const trainer = spawn(process.execPath, [program, JSON.stringify(request)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(trainer, 'exit');
  let learned = null;
  for await (const line of createInterface(trainer.stdout)) {
    const { step, steps, hash } = JSON.parse(line);
    assert.ok(!(step < kept?.step), `step ${step}, having kept ${kept?.step}`);
    learned = hash ?? null;
    if (step >= share * steps && !trainer.killed) setTimeout(() => trainer.kill('SIGKILL'), 100 * Math.random());
  }
  await ended;
  return learned;
}

for (const [kind, kills] of [
  ['windows', long ? 50 : 5],
  ['sequence', long ? 10 : 2],
]) {
  const epochs = Math.max(200, 40 * kills); // long enough to be killed so often
  test(`${kind}: killed ${kills} times, and the model is the same`, async () => {
    const store = join(scratch, kind);
    for (let kill = 1; kill <= kills; ++kill) {
      const workers = [1, 2, 4][kill % 3];
      const learned = await goOnUntil(kill / (kills + 2), { kind, epochs, workers, store });
      assert.equal(learned, null, 'killed before it was done');
      assert.ok((await Magnet.checkpoints(store))[0].step > 0, 'some of it was kept');
    }
    const learned = await goOnUntil(2, { kind, epochs, workers: 2, store });
    assert.equal(learned, await unbroken(kind, epochs));
  });
}
