import { describe, expect, it } from 'vitest';
import { linePlot } from './svg-plot.ts';

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
