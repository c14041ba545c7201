/**
 * Codes as points of a plane, near codes near each other: t-SNE (van der Maaten & Hinton, JMLR 2008), exact. The Hamming
 * distance of two codes is their squared Euclidean distance, so that its Gaussian neighbourhoods are those of the codes.
 * Seeded: the same codes give the same map. UMAP was tried: good codes fall into groups that share no neighbour, and it
 * drives such groups so far apart that nothing is seen of them.
 */
import { type Codes, hammingDistance } from '../codes/index.ts';
import { throwIfAborted } from '../errors.ts';
import { Random } from '../random.ts';

export interface MapOptions {
  readonly seed: number;
  readonly signal?: AbortSignal;
}

/** Neighbours that count for a point, about; a third of the points where they are few. */
const PERPLEXITY = 30;
const STEPS = 500;
/** So many steps attract more, that groups find together: the usual schedule. */
const EARLY = { steps: 120, exaggeration: 12, momentum: 0.5 } as const;
const MOMENTUM = 0.8;
/** Steps between two looks at the signal. */
const BREATH = 10;

/**
 * `[codes, 2]` in 0 … 1, both axes at one scale. Fewer than 5 codes have no map: an empty list. O(codes²) a step.
 * @throws `ABORTED`
 */
export async function mapCodes(codes: Codes, { seed, signal }: MapOptions): Promise<[number, number][]> {
  const n = codes.count;
  if (n < 5) return [];
  const shares = neighbourShares(codes, Math.min(PERPLEXITY, (n - 1) / 3));
  const random = new Random(seed, 'code map');
  const places = Float64Array.from({ length: 2 * n }, () => 1e-2 * random.normal());
  const speed = new Float64Array(2 * n);
  const gain = new Float64Array(2 * n).fill(1);
  const gradient = new Float64Array(2 * n);
  const rate = Math.max(n / EARLY.exaggeration, 10);
  for (let step = 0; step < STEPS; step++) {
    if (step % BREATH === 0) {
      await new Promise((done) => setImmediate(done));
      throwIfAborted(signal, 'the report');
    }
    const early = step < EARLY.steps;
    gradientOf(shares, places, gradient, early ? EARLY.exaggeration : 1);
    for (let i = 0; i < 2 * n; i++) {
      // Jacobs' delta-bar-delta, as in the paper's own program.
      gain[i] = Math.max(0.01, gradient[i]! > 0 === speed[i]! > 0 ? gain[i]! * 0.8 : gain[i]! + 0.2);
      speed[i] = (early ? EARLY.momentum : MOMENTUM) * speed[i]! - rate * gain[i]! * gradient[i]!;
      places[i]! += speed[i]!;
    }
  }
  return fit(places);
}

/** `[n, n]`, sums to 1: (p_j|i + p_i|j) / 2n, each row of p at the asked perplexity, found by halving. */
function neighbourShares(codes: Codes, perplexity: number): Float64Array {
  const n = codes.count;
  const shares = new Float64Array(n * n);
  const row = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const distances = Float64Array.from({ length: n }, (_, j) => hammingDistance(codes.row(i), codes.row(j)));
    let [low, high, beta] = [0, Number.POSITIVE_INFINITY, 1];
    for (let tries = 0; tries < 40; tries++) {
      let sum = 0;
      let weighted = 0;
      for (let j = 0; j < n; j++) {
        row[j] = j === i ? 0 : Math.exp(-beta * distances[j]!);
        sum += row[j]!;
        weighted += distances[j]! * row[j]!;
      }
      // Far from everything: its weights have underflown.
      const entropy = sum > 0 ? Math.log(sum) + (beta * weighted) / sum : 0;
      if (sum > 0 && Math.abs(entropy - Math.log(perplexity)) < 1e-4) break;
      if (sum > 0 && entropy > Math.log(perplexity)) low = beta;
      else high = beta;
      // More equal codes than neighbours asked for: no width is narrow enough, and all of them count alike.
      beta = high === Number.POSITIVE_INFINITY ? Math.min(2 * beta, 1e3) : (low + high) / 2;
    }
    const sum = row.reduce((total, value) => total + value, 0) || 1;
    for (let j = 0; j < n; j++) {
      shares[i * n + j]! += row[j]! / sum / (2 * n);
      shares[j * n + i]! += row[j]! / sum / (2 * n);
    }
  }
  return shares;
}

/** ∂KL/∂y_i = 4 Σ_j (p_ij − q_ij) (y_i − y_j) / (1 + |y_i − y_j|²), the paper's equation 5. */
function gradientOf(p: Float64Array, y: Float64Array, gradient: Float64Array, exaggeration: number): void {
  const n = y.length / 2;
  let total = 0;
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++)
      total += 2 / (1 + (y[2 * i]! - y[2 * j]!) ** 2 + (y[2 * i + 1]! - y[2 * j + 1]!) ** 2);
  gradient.fill(0);
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const dx = y[2 * i]! - y[2 * j]!;
      const dy = y[2 * i + 1]! - y[2 * j + 1]!;
      const near = 1 / (1 + dx * dx + dy * dy);
      const force = 4 * (exaggeration * p[i * n + j]! - near / total) * near;
      gradient[2 * i]! += force * dx;
      gradient[2 * i + 1]! += force * dy;
      gradient[2 * j]! -= force * dx;
      gradient[2 * j + 1]! -= force * dy;
    }
  }
}

function fit(places: Float64Array): [number, number][] {
  const xs = places.filter((_, i) => i % 2 === 0);
  const ys = places.filter((_, i) => i % 2 === 1);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [width, height] = [Math.max(...xs) - left, Math.max(...ys) - top];
  const span = Math.max(width, height) || 1;
  const centred = (value: number, low: number, own: number): number =>
    (value - low) / span + (1 - own / span) / 2;
  return Array.from(xs, (x, i) => [centred(x, left, width), centred(ys[i]!, top, height)]);
}
