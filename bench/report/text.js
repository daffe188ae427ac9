// Formats numbers for readers.

/** For HTML and SVG. @param {unknown} value */
export const escape = (value) => String(value).replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

/** Three significant digits, thousands grouped. @param {number} value */
export function short(value) {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e7) return value.toExponential(1).replace('e+', 'e');
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumSignificantDigits: 3 });
}

const units = /** @type {const} */ ([
  [1000, 's'],
  [1, 'ms'],
  [1e-3, 'µs'],
  [0, 'ns'],
]);

/** A time with a suitable unit. @param {number} milliseconds */
export function duration(milliseconds) {
  const [size, name] = /** @type {typeof units[number]} */ (units.find(([least]) => milliseconds >= least));
  return `${short(milliseconds / (size || 1e-6))} ${name}`;
}
