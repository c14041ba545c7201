/** Rows on the simplex: how an instance is shared out among categories. In place, safe for any finite logits. */

/** Logits → probabilities. */
export function softmaxRow(row: Float32Array): Float32Array {
  const top = row.reduce((a, b) => Math.max(a, b), -Infinity);
  let total = 0;
  for (let k = 0; k < row.length; k++) total += row[k] = Math.exp(row[k]! - top);
  for (let k = 0; k < row.length; k++) row[k]! /= total;
  return row;
}

/** Logits → log-probabilities. */
export function logSoftmaxRow(row: Float32Array): Float32Array {
  const top = row.reduce((a, b) => Math.max(a, b), -Infinity);
  let total = 0;
  for (const value of row) total += Math.exp(value - top);
  // Not row − (top + log total): beside large logits the logarithm would be rounded away.
  const log = Math.log(total);
  for (let k = 0; k < row.length; k++) row[k] = row[k]! - top - log;
  return row;
}
