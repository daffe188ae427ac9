// Why something failed. Codes with a number exist in the core, the others only in JavaScript; numbers never change.

export const codes = [
  {
    name: 'invalid_argument',
    number: 1,
    says: 'an option or argument is unknown or outside its allowed range, or something was used after `dispose()`',
    help: 'change it as the message says',
  },
  {
    name: 'invalid_data',
    number: 2,
    says: 'bytes or samples from outside are damaged, too short, not finite, or of a wrong shape or an unsupported kind',
    help: 'the message names the place; what importers refuse: [importing.md](importing.md)',
  },
  {
    name: 'out_of_memory',
    number: 3,
    says: 'there is not enough memory; WebAssembly has 4 GB, a page about 100 instances',
    help: 'use a shorter sound or a smaller network; `dispose()` what is no longer needed',
  },
  {
    name: 'cancelled',
    number: 4,
    says: 'the work was stopped before there was a result',
    help: '',
  },
  {
    name: 'unsupported',
    says: 'the browser or runtime lacks something: WebAssembly with SIMD, AudioWorklet, https, or a policy that allows them',
    help: '[browsers.md](browsers.md), [hosting.md](hosting.md)',
  },
  {
    name: 'abi_mismatch',
    says: '`lodestone.wasm` and the scripts come from different releases',
    help: 'use both from the same release; check caches',
  },
  {
    name: 'storage_failed',
    says: 'the store of checkpoints cannot be opened, read or written',
    help: '[checkpoints.md](checkpoints.md)',
  },
  {
    name: 'processor_error',
    says: 'the part of a node that runs on the audio thread had to stop; the node is silent',
    help: 'create a new node',
  },
  {
    name: 'input_ended',
    says: 'the stream that an ear listens to has ended, for example because a microphone was unplugged',
    help: 'listen again when it is back; the last model stays usable',
  },
];
