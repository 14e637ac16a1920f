// Computes probabilities of counts to full precision even for counts in the millions, for which differences of logarithms of factorials would lose
// half of the digits. The method is that of Catherine Loader, "Fast and Accurate Computation of Binomial Probabilities" (2000): it uses the error of
// Stirling's formula, and deviance terms without cancellation.

const logTwoPi = Math.log(2 * Math.PI);

/** Returns ln(n!) - (n + ½)ln(n) + n - ½ln(2π), the error of Stirling's formula, for whole n ≥ 1. */
function stirlingError(n: number): number {
  if (n < 16) {
    let factorial = 1;
    for (let k = 2; k <= n; k++) factorial *= k;
    return Math.log(factorial) - (n + 0.5) * Math.log(n) + n - 0.5 * logTwoPi;
  }
  // The series of Loader's section 2; from n = 16 on its next term is below 1e-16.
  const square = n * n;
  return (1 / 12 - (1 / 360 - (1 / 1_260 - (1 / 1_680 - 1 / 1_188 / square) / square) / square) / square) / n;
}

/** Returns x ln(x / mean) + mean - x, without cancellation for similar values (Loader's bd0). */
function deviance(x: number, mean: number): number {
  const difference = x - mean;
  const ratio = difference / (x + mean);
  if (Math.abs(ratio) >= 0.1) return x * Math.log(x / mean) - difference;
  let sum = difference * ratio;
  let term = 2 * x * ratio;
  for (let j = 1; j < 1_000; j++) {
    term *= ratio * ratio;
    const next = sum + term / (2 * j + 1);
    if (next === sum) return sum;
    sum = next;
  }
  return sum;
}

/**
 * Returns the logarithm of the probability of exactly x hits in n draws with chance p.
 * @param q 1 - p, passed because the difference may have no digits left
 */
function logPoint(x: number, n: number, p: number, q: number): number {
  if (n === 0) return 0;
  if (p === 0) return x === 0 ? 0 : Number.NEGATIVE_INFINITY;
  if (q === 0) return x === n ? 0 : Number.NEGATIVE_INFINITY;
  if (x === 0) return n * (p < 0.5 ? Math.log1p(-p) : Math.log(q));
  if (x === n) return n * (q < 0.5 ? Math.log1p(-q) : Math.log(p));
  const exponent = stirlingError(n) - stirlingError(x) - stirlingError(n - x) - deviance(x, n * p) - deviance(n - x, n * q);
  return exponent + 0.5 * (Math.log(n / x / (n - x)) - logTwoPi);
}

/** Returns the probability of at most f hits in n independent draws with chance p. */
export function binomialAtMost(f: number, n: number, p: number): number {
  if (f >= n || p === 0) return 1;
  if (f < 0 || p === 1) return 0;
  const odds = (1 - p) / p;
  const point = (x: number): number => Math.exp(logPoint(x, n, p, 1 - p));
  return atMost(f, n * p, point, (x) => (x / (n - x + 1)) * odds);
}

/**
 * Returns the probability of at most f bad items among n items that are drawn without replacement.
 * @param bad number of bad items in the population
 * @param all size of the population
 */
export function hypergeometricAtMost(f: number, n: number, bad: number, all: number): number {
  if (f >= Math.min(n, bad)) return 1;
  if (f < Math.max(0, n - (all - bad))) return 0;
  // Loader's section 3: three binomial probabilities, with the chance that maximises them.
  const [p, q] = [n / all, (all - n) / all];
  const point = (x: number): number => Math.exp(logPoint(x, bad, p, q) + logPoint(n - x, all - bad, p, q) - logPoint(n, all, p, q));
  return atMost(f, n * (bad / all), point, (x) => (x / (bad - x + 1)) * ((all - bad - n + x) / (n - x + 1)));
}

/**
 * Sums the probabilities of 0 to f, or subtracts the sum of the others from one: whichever side has decreasing terms.
 * @param point returns the probability of x
 * @param below computes the probability of x - 1 from that of x
 */
function atMost(f: number, mean: number, point: (x: number) => number, below: (x: number) => number): number {
  const down = f <= mean;
  let x = down ? f : f + 1;
  let term = point(x);
  let sum = term;
  while (term > sum * 1e-18) {
    term = down ? term * below(x--) : term / below(++x);
    sum += term;
  }
  return down ? sum : 1 - sum;
}
