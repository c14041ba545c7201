import { expect, it } from 'vitest';
import { mapKey, mapPlot } from './map-plot.ts';

const classes = ['cat', 'dog', '<fox>'];
const points = [
  { x: 0, y: 0, label: 2 },
  { x: 0.01, y: 0, label: 2 },
  { x: 1, y: 1, label: 1 },
  { x: 0.99, y: 1, label: 0 },
];

it('shows classes that stand out as marks, the others as dots, and says how well they keep together', () => {
  const svg = mapPlot(points, { title: 'itq', classes, shown: [1, 2] });
  expect(svg.match(/class="mark"/g)).toHaveLength(3);
  expect(svg.match(/class="quiet" d="([^"]*)"/)![1]!.match(/M/g)).toHaveLength(1);
  expect(svg).toContain('<title>&lt;fox&gt;</title>');
  expect(svg).toContain('dog: 1 points, the nearest point is of the same class for 0');
  expect(svg).toContain('&lt;fox&gt;: 2 points, the nearest point is of the same class for 2');
  expect(svg).not.toMatch(/<fox|NaN/);
});

it('has a key of the same marks', () => {
  const key = mapKey({ classes, shown: [1, 2] }, true);
  expect(key.match(/<li>/g)).toHaveLength(3);
  expect(key).toContain('&lt;fox&gt;');
  expect(mapKey({ classes, shown: [1, 2] }, false)).not.toContain('seen classes');
});
