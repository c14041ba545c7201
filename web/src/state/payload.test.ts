import { describe, expect, it } from 'vitest';
import type { ModelInfo } from '../backend/contract.ts';
import { classOf, fieldsOf, isUnseen, nameOf } from './payload.ts';

describe('what a payload says', () => {
  it('is called by its text, else its file, else its id', () => {
    expect(nameOf({ id: '7', payload: { text: ['an owl', 'at night'], source: 'owl.jpg' } })).toBe(
      'an owl · at night',
    );
    expect(nameOf({ id: '7', payload: { text: '', source: 'owl.jpg' } })).toBe('owl.jpg');
    expect(nameOf({ id: '7', payload: {} })).toBe('7');
  });

  it('has a mark for every class that training had no label of, new ones too', () => {
    const model = { classes: { seen: ['owl'], unseen: ['tit'] } } as unknown as ModelInfo;
    expect(['owl', 'tit', 'never heard of', undefined].map((name) => isUnseen(name, model))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(isUnseen('tit', undefined)).toBe(false);
    expect([classOf({ class: 'owl' }), classOf({ class: 5 }), classOf({})]).toEqual([
      'owl',
      undefined,
      undefined,
    ]);
  });

  it('offers each plain value of a field to filter by, and shows the rest as JSON', () => {
    expect(fieldsOf({ tags: ['a', 'b', 'a'], year: 2021, gone: null, place: { lake: 'Bodensee' } })).toEqual([
      { field: 'tags', values: ['a', 'b'], text: '' },
      { field: 'year', values: ['2021'], text: '' },
      { field: 'gone', values: ['null'], text: '' },
      { field: 'place', values: [], text: '{"lake":"Bodensee"}' },
    ]);
  });
});
