import { describe, expect, it } from 'vitest';
import { compileFilter, parseFilter } from '../../../src/collection/filter/index.ts';
import type { ModelInfo, Payload } from '../backend/contract.ts';
import { canFilterLabels, filterOf } from './filter.ts';
import type { Route } from './route.ts';

const modelOf = (seen: readonly string[], unseen: readonly string[]): ModelInfo => ({
  fingerprint: 'f',
  method: 'lsh',
  bits: 64,
  modalities: ['image'],
  dataset: 'd',
  split: 's',
  classes: { seen, unseen },
});
const model = modelOf(['cat', 'dog'], ['owl']);

/** Which of the payloads the collection would give. */
const passing = (route: Partial<Route>, payloads: readonly Payload[]): readonly Payload[] => {
  const filter = filterOf({ view: 'search', fields: [], ...route }, model);
  return filter === undefined ? payloads : payloads.filter(compileFilter(parseFilter(filter)));
};
const [cat, owl, none] = [{ class: 'cat', year: 2021 }, { class: 'owl', year: '2021' }, { year: 5 }];

describe('filters of the page', () => {
  it('tell labelled from unseen classes by what the model knows', () => {
    expect(passing({ labels: 'seen' }, [cat, owl, none])).toEqual([cat]);
    expect(passing({ labels: 'unseen' }, [cat, owl, none])).toEqual([owl]);
    expect(passing({}, [cat, owl, none])).toEqual([cat, owl, none]);
  });

  it('take a typed value for a text and for the number that it reads as', () => {
    expect(passing({ fields: [{ field: 'year', value: '2021' }] }, [cat, owl, none])).toEqual([cat, owl]);
    const yes = [{ sold: true }, { sold: 'true' }, { sold: false }];
    expect(passing({ fields: [{ field: 'sold', value: 'true' }] }, yes)).toEqual(yes.slice(0, 2));
    expect(passing({ fields: [{ field: 'year', value: '' }] }, [cat, { year: '' }])).toEqual([{ year: '' }]);
  });

  it('hold together: all of them must pass', () => {
    const route = { className: 'cat', fields: [{ field: 'year', value: '5' }] };
    expect(passing(route, [cat, { class: 'cat', year: 5 }])).toEqual([{ class: 'cat', year: 5 }]);
  });

  it('do not ask for more classes than a filter may list', () => {
    const many = Array.from({ length: 1000 }, (_, i) => `class ${i}`);
    expect(canFilterLabels(modelOf(many, ['owl']))).toBe(false);
    expect(canFilterLabels(modelOf(['cat'], []))).toBe(false);
    expect(canFilterLabels(undefined)).toBe(false);
    expect(canFilterLabels(model)).toBe(true);
  });
});
