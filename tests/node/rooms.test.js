// CONTRIBUTING.md's table of folders matches what CMake declares.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('the folders in CONTRIBUTING.md use what CMake declares', () => {
  const declarations = read('cmake/rooms.cmake') + read('src/cli/CMakeLists.txt');
  const declared = [...declarations.matchAll(/^lodestone_room\((\w+)(?: USES ([\w ]+?))?(?: PUBLIC .*)?\)$/gm)];
  const written = [...read('CONTRIBUTING.md').matchAll(/^\| `src\/(\w+)\/` \|[^|]*\|(.*)\|$/gm)];
  assert.ok(declared.length > 10);
  assert.deepEqual(
    written.map(([, room, uses]) => `${room}: ${uses.trim()}`),
    declared.map(([, room, uses = '']) => `${room}: ${uses.replaceAll(' ', ', ')}`),
  );
});
