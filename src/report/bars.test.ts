import { describe, expect, it } from 'vitest';
import { barPlot } from './bars.ts';

const options = { title: 'mAP <64>', label: 'mAP', kinds: ['seen', 'unseen', 'harmonic mean'] };
const svg = barPlot(
  [
    { name: 'tzsh', bars: [{ value: 0.8 }, { value: 0.4, error: 0.05 }, { value: 0.533 }], best: true },
    { name: '<itq>', bars: [{ value: 0.2 }, undefined, undefined] },
  ],
  { ...options, line: { name: 'chance', value: 0.1 } },
);
const widths = [...svg.matchAll(/<rect class="(\w+)"[^>]* width="([\d.]+)"/g)].map(([, look, width]) => ({
  look,
  width: Number(width),
}));

describe('bars', () => {
  it('are as long as their values, whatever their filling', () => {
    // Three of the key come first, each as long as the others.
    const [seen, unseen, mean, other] = widths.slice(3);
    expect(seen!.width / unseen!.width).toBeCloseTo(2, 2);
    expect(seen!.width / mean!.width).toBeCloseTo(0.8 / 0.533, 2);
    expect(seen!.width / other!.width).toBeCloseTo(4, 2);
  });

  it('tell their kinds apart without colour, in the key as in the plot', () => {
    expect(widths.slice(0, 3).map(({ look }) => look)).toEqual(['full', 'full', 'empty']);
    expect(svg.match(/class="stripes"/g)).toHaveLength(2);
  });

  it('have their numbers beside them and in words', () => {
    for (const number of ['0.800', '0.400', '0.533']) expect(svg).toContain(`>${number}</text>`);
    expect(svg).toContain(
      'tzsh: seen 0.800, unseen 0.400, harmonic mean 0.533; &lt;itq&gt;: seen 0.200. chance: 0.100.',
    );
    expect(svg).toContain('role="img" aria-label="mAP &lt;64&gt;"');
    expect(svg).not.toMatch(/<itq|NaN|Infinity/);
  });

  it('need no key for one kind', () => {
    const one = barPlot([{ name: 'a', bars: [{ value: 0 }] }], { ...options, kinds: ['mAP'] });
    expect(one.match(/<rect/g)).toHaveLength(1);
    expect(one).not.toMatch(/NaN|Infinity/);
  });
});
