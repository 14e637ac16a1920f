import { binomialAtMost, hypergeometricAtMost } from './binomial.ts';

// Conclusions from checks. Shares follow from samples. Only full coverage shows that no single file is damaged. The two kinds are never mixed.

/**
 * Returns the largest share of bad items that is consistent, at a confidence, with f bad items among n that were checked. This is the one-sided bound
 * of Clopper and Pearson (Biometrika 26, 1934): the largest share at which so few would be found with a probability of 1 - confidence. It is valid
 * for a population of any size, and never rounded below the true bound.
 * @param checked number n of checked items
 * @param failed number f of bad items among them
 * @param confidence above 0 and below 1, e.g. 0.95
 */
export function badShareBound(checked: number, failed: number, confidence: number): number {
  if (failed >= checked) return 1;
  const doubt = doubtOf(confidence);
  if (failed === 0) return -Math.expm1(Math.log(doubt) / checked);
  let [low, high] = [failed / checked, 1];
  for (;;) {
    const middle = (low + high) / 2;
    // The two bounds are adjacent floating-point numbers.
    if (middle <= low || middle >= high) return high;
    if (binomialAtMost(failed, checked, middle) >= doubt) low = middle;
    else high = middle;
  }
}

/**
 * Returns the exact bound for a population of known size: the largest number of bad items among `all` at which at most `failed` would be found with a
 * probability of at least 1 - confidence. The bad items that were found are included. If everything was checked, the bound is the number found.
 */
export function badCountBound(all: number, checked: number, failed: number, confidence: number): number {
  const doubt = doubtOf(confidence) * (1 - tolerance);
  let [low, high] = [failed, all - checked + failed];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (hypergeometricAtMost(failed, checked, middle, all) >= doubt) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** A random draw without replacement from all: its size, and the number of bad items in it. */
export interface RandomDraw {
  readonly drawn: number;
  readonly failed: number;
}

/**
 * Returns the bound for several independent draws from the same population: the largest number of bad items at which all draws together would find at
 * most as many as they found with a probability of at least 1 - confidence. An item that two draws found counts twice. Exact for up to 100 found
 * items. For more it is computed as if items were drawn with replacement, which never gives a smaller bound (draws without replacement are less
 * scattered: Hoeffding 1956, Annals of Mathematical Statistics 27, theorem 4).
 */
export function badCountBoundOfDraws(all: number, draws: readonly RandomDraw[], confidence: number): number {
  const [only, ...more] = draws;
  if (only === undefined) return all;
  if (more.length === 0) return badCountBound(all, only.drawn, only.failed, confidence);
  const found = draws.reduce((sum, { failed }) => sum + failed, 0);
  const drawn = draws.reduce((sum, one) => sum + one.drawn, 0);
  let [low, high] = [Math.max(...draws.map(({ failed }) => failed)), all - Math.max(...draws.map((one) => one.drawn - one.failed))];
  if (found > exactlyConvolved) return Math.max(low, Math.min(high, Math.ceil(badShareBound(drawn, found, confidence) * all)));
  const doubt = doubtOf(confidence) * (1 - tolerance);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (atMostInDraws(found, draws, middle, all) >= doubt) low = middle;
    else high = middle - 1;
  }
  return low;
}

const exactlyConvolved = 100;

/** Returns the probability that all draws together find at most a number of bad items. */
function atMostInDraws(found: number, draws: readonly RandomDraw[], bad: number, all: number): number {
  const points = new Map<number, readonly number[]>();
  let sums: readonly number[] = [1];
  for (const { drawn } of draws) {
    const known = points.get(drawn);
    const own = known ?? Array.from({ length: found + 1 }, (_, x) => Math.max(0, upTo(x, drawn) - (x === 0 ? 0 : upTo(x - 1, drawn))));
    if (known === undefined) points.set(drawn, own);
    const next = new Array<number>(found + 1).fill(0);
    for (const [x, chance] of sums.entries())
      for (let y = 0; x + y <= found && chance > 0; y++) next[x + y] = (next[x + y] ?? 0) + chance * (own[y] ?? 0);
    sums = next;
  }
  return sums.reduce((sum, chance) => sum + chance, 0);

  function upTo(x: number, drawn: number): number {
    return hypergeometricAtMost(x, drawn, bad, all);
  }
}

/**
 * Returns how many items must be checked, with at most `failed` bad ones among them, to conclude at a confidence that the share of bad items is at
 * most `share`.
 */
export function neededChecks(share: number, confidence: number, failed = 0): number {
  const enough = (checked: number): boolean => binomialAtMost(failed, checked, share) <= doubtOf(confidence) * (1 + tolerance);
  let high = failed + 1;
  while (!enough(high)) high *= 2;
  let low = failed;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (enough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** Returns 1 - confidence as the intended decimal. In floating point 1 - 0.95 is not the number nearest to 0.05, which would decide ties. */
function doubtOf(confidence: number): number {
  return Number((1 - confidence).toPrecision(12));
}

/** Possible error of the sums of probabilities; a tie counts in favour of the larger bound. */
const tolerance = 1e-11;
