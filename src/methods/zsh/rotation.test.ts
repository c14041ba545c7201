import { Matrix as Dense } from 'ml-matrix';
import { expect, it } from 'vitest';
import { Random } from '../../random.ts';
import type { Symmetric } from '../principal.ts';
import { randomRotation, rotationCost, rotationStep } from './rotation.ts';

function drawn(seed: number, dims: number, directions: number) {
  const random = new Random(seed, 'test');
  const table = (rows: number, cols: number): Dense =>
    new Dense(Array.from({ length: rows }, () => Array.from({ length: cols }, () => random.normal())));
  const half = table(dims, dims + 2);
  const roughness: Symmetric = {
    data: Float64Array.from(half.mmul(half.transpose()).to1DArray()),
    size: dims,
  };
  return {
    random,
    roughness,
    agreement: table(dims, directions),
    r: randomRotation(dims, directions, random),
  };
}

const orthonormal = (r: Dense): number =>
  Dense.sub(r.transpose().mmul(r), Dense.eye(r.columns)).norm('frobenius');

it.each([
  [5, 5],
  [6, 3],
  [4, 1],
])('keeps RᵀR = I and never raises the cost (%i × %i)', (dims, directions) => {
  for (let seed = 0; seed < 10; seed++) {
    const { r, agreement, roughness } = drawn(seed, dims, directions);
    const next = rotationStep(r, agreement, roughness, 0.4);
    expect(orthonormal(next)).toBeLessThan(1e-9);
    const before = rotationCost(r, agreement, roughness, 0.4);
    expect(rotationCost(next, agreement, roughness, 0.4)).toBeLessThanOrEqual(before + 1e-9);
  }
});

it('is the best rotation where R is square, whatever δ: the neighbourhood is the same for all', () => {
  const { random, r, agreement, roughness } = drawn(3, 5, 5);
  const best = rotationStep(r, agreement, roughness, 0.4);
  expect(rotationStep(r, agreement, roughness, 7).to2DArray()).toEqual(best.to2DArray());
  const low = rotationCost(best, agreement, roughness, 0.4);
  const nothing = Dense.zeros(5, 5);
  const trace = roughness.data.reduce((sum, value, at) => sum + (at % 6 === 0 ? value : 0), 0);
  for (let i = 0; i < 200; i++) {
    const other = randomRotation(5, 5, random);
    expect(rotationCost(other, agreement, roughness, 0.4)).toBeGreaterThanOrEqual(low);
    expect(rotationCost(other, nothing, roughness, 0.4) / (0.4 * trace)).toBeCloseTo(1, 9);
  }
});

it('takes the smoothest directions where nothing else decides and R is narrow', () => {
  const { random } = drawn(1, 4, 2);
  const roughness = { data: Float64Array.from(Dense.diag([9, 1, 7, 2]).to1DArray()), size: 4 };
  let r = randomRotation(4, 2, random);
  for (let i = 0; i < 60; i++) r = rotationStep(r, Dense.zeros(4, 2), roughness, 1);
  expect(rotationCost(r, Dense.zeros(4, 2), roughness, 1)).toBeCloseTo(3, 6);
});
