import { describe, expect, it } from 'vitest';
import { classFinder, classKey } from './class-names.ts';

describe('names of classes', () => {
  it('are the same whatever stands between their words and in front of them', () => {
    for (const name of ['grizzly bear', 'grizzly+bear', 'Grizzly_Bear', '002.grizzly-bear', '2 grizzly bear'])
      expect(classKey(name)).toBe('grizzlybear');
    expect(classKey('Åäö 3')).toBe('åäö3');
  });

  it('of numbers, or with a number inside, keep it', () => {
    expect(['7', '007', '3 4', 'model 3', '2cv', 'n02124075'].map(classKey)).toEqual([
      '7',
      '007',
      '34',
      'model3',
      '2cv',
      'n02124075',
    ]);
  });

  it('are found exactly first, loosely where only one is meant, and else not at all', () => {
    const find = classFinder(['polar bear', 'polar-bear', '1.fox', 'ox', '++']);
    expect(find('polar-bear')).toBe(1);
    expect(find('Polar Bear')).toBeUndefined();
    expect(find('FOX')).toBe(2);
    expect(find('Ox')).toBe(3);
    expect(find('--')).toBeUndefined();
    expect(find('')).toBeUndefined();
  });
});
