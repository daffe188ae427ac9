// What a fact looks like. Names are those of C++ (snake_case); generate/names.js derives the others.
//
// Further properties of a row, all optional:
//   js       its name in JavaScript, or false: it has none there
//   cli      its name on the command line (`--fft`), or false: it has none; default `--name`, `--no-name` for a flag
//            that is on by default
//   allowed  what an error says is allowed, if that is not just the range and the unit
//   checked  false: the range depends on other fields, so that C++ checks it by hand
//   local    true: it does not affect results, so that it is not passed through the C ABI or saved
//   type     a C++ type other than the usual one
//   only     of a choice: the enumerators that are allowed in JavaScript
//   off      of a flag that is on by default: what the command line's option does
//   cliValue, cliLow, cliHigh: what the command line shows and allows instead

/** A whole number. */
export const integer = (name, fallback, range, unit, says, more) => {
  return { kind: 'integer', name, fallback, range, unit, says, ...more };
};

/** A real number. A range that ends with Infinity takes every finite number. */
export const real = (name, fallback, range, unit, says, more) => {
  return { kind: 'number', name, fallback, range, unit, says, ...more };
};

/** A real number that can change while a player plays. */
export const knob = (name, fallback, range, unit, says, more) => ({
  ...real(name, fallback, range, unit, says, more),
  kind: 'knob',
});

/** The seed of a random generator. */
export const seed = (says, more) => {
  return { kind: 'seed', name: 'seed', fallback: 0, range: [0, 4294967295], unit: '', says, ...more };
};

/** True or false. */
export const flag = (name, fallback, says, more) => ({ kind: 'flag', name, fallback, says, ...more });

/** One of an enumeration. */
export const choice = (name, of, fallback, says, more) => ({ kind: 'choice', name, of, fallback, says, ...more });

/** A list of numbers of one kind; it is passed through the C ABI beside the other fields. */
export const list = (name, kind, fallback, range, unit, says, more) => {
  return { kind: 'list', of: kind, name, fallback, range, unit, says, ...more };
};

/** A struct within a struct. */
export const part = (name, of, says) => ({ kind: 'part', name, of, says });

/** A number that the core reports. */
export const reading = (name, unit, says, more) => ({ kind: 'reading', name, unit, says, ...more });

/** Enumerators in the order of their numbers: name and sentence. `js` is the name of the list of their names. */
export const enumeration = (type, js, says, values) => ({ type, js, says, values });

/** A struct. `js`: its name in JavaScript: `stft` gives StftOptions. `members`: declarations of its functions. */
export const struct = (type, js, says, rows, more) => ({ type, js, says, rows, ...more });
