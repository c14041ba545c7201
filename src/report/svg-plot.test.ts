import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PALETTE, type SeriesStyle } from './series-style.ts';
import { linePlot, spreadOut } from './svg-plot.ts';

const options = { title: 'mAP by code length', xLabel: 'bits', yLabel: 'mAP' };

describe('a plot', () => {
  const svg = linePlot(
    [
      { name: 'tzsh', points: [16, 32, 64].map((x, i) => ({ x, y: 0.2 + i / 10, error: 0.02 })) },
      { name: 'itq <script>', points: [16, 32, 64].map((x) => ({ x, y: 0.2 })) },
    ],
    { ...options, logX: true, xTicks: [16, 32, 64] },
  );

  it('has a name and says its numbers in words', () => {
    expect(svg).toContain('role="img" aria-label="mAP by code length"');
    expect(svg).toMatch(/<desc>mAP by bits\. tzsh: 16 → 0\.2, 32 → 0\.3, 64 → 0\.4;/);
  });

  it('tells series apart by dash and marker as well as colour', () => {
    const dashes = [...svg.matchAll(/class="line" d="[^"]*" stroke-dasharray="([^"]*)"/g)].map((m) => m[1]);
    expect(new Set(dashes).size).toBe(2);
    expect(svg).toContain('<circle');
    expect(svg).toContain('<rect');
  });

  it('lets no name become markup, and no number become NaN', () => {
    expect(svg).not.toContain('<script>');
    expect(svg).not.toMatch(/NaN|Infinity/);
  });

  it('draws a single point and an empty series', () => {
    const one = linePlot(
      [
        { name: 'a', points: [{ x: 64, y: 0 }] },
        { name: 'b', points: [] },
      ],
      options,
    );
    expect(one).not.toMatch(/NaN|Infinity/);
  });

  it('puts a higher value higher up', () => {
    const ys = [...svg.matchAll(/translate\([\d.]+ ([\d.]+)\)"><circle/g)]
      .map((m) => Number(m[1]))
      .slice(0, 3);
    expect(ys).toEqual([...ys].sort((a, b) => b - a));
  });

  it('puts equal ratios at equal distances when both axes are logarithmic', () => {
    const points = [1, 10, 100].map((x) => ({ x, y: 0.02 * x }));
    const log = linePlot([{ name: 'a', points }], {
      ...options,
      logX: true,
      logY: true,
      xText: (x) => `${x} M`,
    });
    const marks = [...log.matchAll(/translate\(([\d.]+) ([\d.]+)\)"><circle/g)].map((m) => [
      Number(m[1]),
      Number(m[2]),
    ]);
    const [[x0, y0], [x1, y1], [x2, y2]] = marks as [number[], number[], number[]];
    expect(x1! - x0!).toBeCloseTo(x2! - x1!, 0);
    expect(y1! - y0!).toBeCloseTo(y2! - y1!, 0);
    for (const tick of ['0.01', '0.1', '1', '10']) expect(log).toContain(`>${tick}</text>`);
    expect(log).toContain(' M</text>');
  });
});

describe('names at the ends of lines', () => {
  const ends = [0.5, 0.51, 0.52, 0.1].map((y, i) => ({
    name: `m${i}`,
    points: [
      { x: 16, y: 0 },
      { x: 64, y },
    ],
  }));
  const svg = linePlot(ends, { ...options, names: 'end' });
  const placeOf = (name: string): number => Number(new RegExp(`y="([\\d.]+)">${name}</text>`).exec(svg)![1]);

  it('stand in the order of the ends, none on another', () => {
    const ys = ['m2', 'm1', 'm0', 'm3'].map(placeOf);
    ys.forEach((y, i) => {
      if (i > 0) expect(y - ys[i - 1]!).toBeGreaterThanOrEqual(14.9);
    });
    expect(svg).not.toContain('NaN');
  });

  it('leave out a line without points', () => {
    const empty = linePlot([...ends, { name: 'none', points: [] }], { ...options, names: 'end' });
    expect(empty).not.toContain('>none</text>');
    expect(empty).not.toMatch(/NaN|Infinity/);
  });

  it('are moved apart as little as keeps them in the range and apart', () => {
    expect(spreadOut([10, 50, 90], 10, [0, 100])).toEqual([10, 50, 90]);
    expect(spreadOut([50, 50], 10, [0, 100])).toEqual([45, 55]);
    expect(spreadOut([99, 100], 10, [0, 100])).toEqual([90, 100]);
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1, maxLength: 9 }),
        (all) => {
          const wanted = all.sort((a, b) => a - b);
          const places = spreadOut(wanted, 10, [0, 100]);
          places.forEach((place, i) => {
            expect(place).toBeGreaterThan(-1e-6);
            expect(place).toBeLessThan(100 + 1e-6);
            if (i > 0) expect(place - places[i - 1]!).toBeGreaterThan(10 - 1e-6);
          });
        },
      ),
    );
  });
});

it('ten series, an oracle and chance all look different without colour', () => {
  const styles: SeriesStyle[] = [...Array(PALETTE).keys(), 'oracle', 'chance'];
  const svg = linePlot(
    styles.map((style) => ({ name: `s${style}`, style, points: [{ x: 1, y: 1 }] })),
    options,
  );
  const looks = [
    ...svg.matchAll(/stroke-dasharray="([^"]*)"\/>(?:<g class="(\w+)" transform="[^"]*">(<[^>]+>))?/g),
  ];
  const distinct = new Set(looks.map(([, dash, filling, shape]) => [dash, filling, shape].join()));
  expect(distinct.size).toBe(styles.length);
});
