import { describe, expect, it } from 'vitest';
import { parts, place } from './forms.ts';

describe('a joined word', () => {
  it.each<[string, string[]]>([
    ['polar-bear', ['polar', 'bear']],
    ['t-shirt', ['shirt']],
    ["l'eau", ['eau']],
    ["don't", ['do']],
    ["horse's", ['horse']],
    ["jack-o'-lantern", ['jack', 'lantern']],
    ['1-2', ['1', '2']],
    ['a-b', ['a', 'b']],
    ['plain', ['plain']],
  ])('%s has parts', (word, found) => {
    expect(parts(word)).toEqual(found);
  });
});

describe('an unknown word stands for one that is known', () => {
  const words = [
    'horse',
    'berry',
    'box',
    'cafe',
    'glass',
    'bus',
    'buse',
    'pie',
    'kiss',
    'eye',
    'hero',
    'ملك',
  ];
  const places = new Map(words.map((word, i) => [word, i]));
  it.each<[string, string | undefined]>([
    ['horses', 'horse'],
    ['berries', 'berry'],
    ['pies', 'pie'],
    ['boxes', 'box'],
    ['kisses', 'kiss'],
    ['buses', 'bus'],
    ['heroes', 'hero'],
    ['café', 'cafe'],
    ['cafés', 'cafe'],
    ['مَلِك', 'ملك'],
    ['glass', 'glass'],
    ['ey', undefined],
    ['horsess', undefined],
    ['bu', undefined],
    ['क', undefined],
  ])('%s → %s', (word, known) => {
    expect(words[place(places, word)]).toBe(known);
  });

  it('where marks are vowels they never go', () => {
    expect(place(new Map([['क', 0]]), 'कि')).toBe(-1);
  });
});
