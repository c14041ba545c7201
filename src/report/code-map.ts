/**
 * Codes as points of a plane: near codes near each other, by UMAP (McInnes, Healy & Melville, 2018) over their exact
 * Hamming neighbours. Seeded: the same codes give the same map.
 */
import { UMAP } from 'umap-js';
import { type Codes, hammingDistance } from '../codes/index.ts';
import { throwIfAborted } from '../errors.ts';
import { Random } from '../random.ts';

export interface MapOptions {
  readonly seed: number;
  readonly signal?: AbortSignal;
}

const NEIGHBOURS = 15;
/** Points of a cluster keep a little distance: equal codes are many, and should be seen to be many. */
const MIN_DISTANCE = 0.25;
/** Epochs between two looks at the signal. */
const BREATH = 20;

/**
 * `[codes, 2]` in 0 … 1, both axes at one scale. Fewer than 5 codes have no map: an empty list.
 * @throws `ABORTED`
 */
export async function mapCodes(codes: Codes, { seed, signal }: MapOptions): Promise<[number, number][]> {
  const n = codes.count;
  if (n < 5) return [];
  const random = new Random(seed, 'code map');
  const k = Math.min(NEIGHBOURS, n - 1);
  const { indices, distances } = neighbours(codes, k, random);
  const umap = new UMAP({ nNeighbors: k, minDist: MIN_DISTANCE, random: () => random.uniform() });
  umap.setPrecomputedKNN(indices, distances);
  // Of the points themselves only their number is read: the neighbours are given.
  const epochs = umap.initializeFit(Array.from({ length: n }, () => [0]));
  for (let epoch = 0; epoch < epochs; epoch++) {
    umap.step();
    if (epoch % BREATH === 0) {
      await new Promise((done) => setImmediate(done));
      throwIfAborted(signal, 'the report');
    }
  }
  return fit(umap.getEmbedding());
}

/** Itself first, then the k − 1 nearest others; which of equally near ones is drawn, so that the order of rows says nothing. */
function neighbours(codes: Codes, k: number, random: Random) {
  const n = codes.count;
  const indices: number[][] = [];
  const distances: number[][] = [];
  for (let i = 0; i < n; i++) {
    // The distance before the point, the draw behind it.
    const keys = Float64Array.from(
      { length: n },
      (_, row) => hammingDistance(codes.row(i), codes.row(row)) + random.uniform(),
    );
    const nearest = Array.from(keys.keys())
      .filter((row) => row !== i)
      .sort((a, b) => keys[a]! - keys[b]!)
      .slice(0, k - 1);
    indices.push([i, ...nearest]);
    distances.push([0, ...nearest.map((row) => Math.floor(keys[row]!))]);
  }
  return { indices, distances };
}

function fit(points: readonly (readonly number[])[]): [number, number][] {
  const xs = points.map(([x]) => x!);
  const ys = points.map(([, y]) => y!);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const span = Math.max(Math.max(...xs) - left, Math.max(...ys) - top) || 1;
  return points.map((_, i) => [(xs[i]! - left) / span, (ys[i]! - top) / span]);
}
