/** Longest lag of the long-term predictor (EN 300 961, 5.3.2). */
export const longestLag = 120;
/** Deemphasis factor, 0.86 (5.3.6). */
const deemphasis = 28180;

/** Working memory of a channel's short-term synthesis. */
export interface GsmLattice {
  /** Reconstructed short-term residual: `longestLag` past samples, followed by the frame. */
  readonly residual: Int16Array;
  /** Reflection coefficients. */
  readonly r: Int32Array;
  readonly memory: Int32Array;
  emphasised: number;
  /** Number of following runs of samples that are treated as loud. */
  loudRuns: number;
}

/**
 * Applies the short-term synthesis to samples [from, to) of the frame, and the standard's post-processing, and writes to `out` (5.3.4 to 5.3.7), provided that
 * no value has to be limited to 16 bits; otherwise returns false and leaves the lattice unchanged. All values of the lattice are stored with 32768 added: an
 * overflow then sets a bit above the lower 16, so that all values are tested together and the lattice has no branches. The contribution of the 32768 to a
 * product is subtracted before rounding.
 */
function synthesiseQuietly(lattice: GsmLattice, from: number, to: number, out: Int16Array, at: number): boolean {
  const { residual, r, memory } = lattice;
  // One by one, because destructuring an array runs its iterator.
  const r0 = r[0] ?? 0;
  const r1 = r[1] ?? 0;
  const r2 = r[2] ?? 0;
  const r3 = r[3] ?? 0;
  const r4 = r[4] ?? 0;
  const r5 = r[5] ?? 0;
  const r6 = r[6] ?? 0;
  const r7 = r[7] ?? 0;
  const c0 = (16384 - (r0 << 15)) | 0;
  const c1 = (16384 - (r1 << 15)) | 0;
  const c2 = (16384 - (r2 << 15)) | 0;
  const c3 = (16384 - (r3 << 15)) | 0;
  const c4 = (16384 - (r4 << 15)) | 0;
  const c5 = (16384 - (r5 << 15)) | 0;
  const c6 = (16384 - (r6 << 15)) | 0;
  const c7 = (16384 - (r7 << 15)) | 0;
  let v0 = ((memory[0] ?? 0) + 32768) | 0;
  let v1 = ((memory[1] ?? 0) + 32768) | 0;
  let v2 = ((memory[2] ?? 0) + 32768) | 0;
  let v3 = ((memory[3] ?? 0) + 32768) | 0;
  let v4 = ((memory[4] ?? 0) + 32768) | 0;
  let v5 = ((memory[5] ?? 0) + 32768) | 0;
  let v6 = ((memory[6] ?? 0) + 32768) | 0;
  let v7 = ((memory[7] ?? 0) + 32768) | 0;
  let last = lattice.emphasised;
  let beyond = 0;
  for (let k = from; k < to; k++) {
    let s = ((residual[longestLag + k] ?? 0) + 32768) | 0;
    // The lattice has eight stages.
    s = (s - ((Math.imul(r7, v7) + c7) >> 15)) | 0;
    beyond |= s;
    s = (s - ((Math.imul(r6, v6) + c6) >> 15)) | 0;
    beyond |= s;
    v7 = (v6 + ((Math.imul(r6, s) + c6) >> 15)) | 0;
    beyond |= v7;
    s = (s - ((Math.imul(r5, v5) + c5) >> 15)) | 0;
    beyond |= s;
    v6 = (v5 + ((Math.imul(r5, s) + c5) >> 15)) | 0;
    beyond |= v6;
    s = (s - ((Math.imul(r4, v4) + c4) >> 15)) | 0;
    beyond |= s;
    v5 = (v4 + ((Math.imul(r4, s) + c4) >> 15)) | 0;
    beyond |= v5;
    s = (s - ((Math.imul(r3, v3) + c3) >> 15)) | 0;
    beyond |= s;
    v4 = (v3 + ((Math.imul(r3, s) + c3) >> 15)) | 0;
    beyond |= v4;
    s = (s - ((Math.imul(r2, v2) + c2) >> 15)) | 0;
    beyond |= s;
    v3 = (v2 + ((Math.imul(r2, s) + c2) >> 15)) | 0;
    beyond |= v3;
    s = (s - ((Math.imul(r1, v1) + c1) >> 15)) | 0;
    beyond |= s;
    v2 = (v1 + ((Math.imul(r1, s) + c1) >> 15)) | 0;
    beyond |= v2;
    s = (s - ((Math.imul(r0, v0) + c0) >> 15)) | 0;
    beyond |= s;
    v1 = (v0 + ((Math.imul(r0, s) + c0) >> 15)) | 0;
    beyond |= v1;
    v0 = s;
    last = (s - 32768 + ((Math.imul(last, deemphasis) + 16384) >> 15)) | 0;
    beyond |= last + 32768;
    const sample = last > 16383 ? 16383 : Math.max(last, -16384);
    out[at + k] = (sample << 1) & ~7; // 13 bits.
  }
  if (beyond >>> 16 !== 0) return false;
  memory[0] = v0 - 32768;
  memory[1] = v1 - 32768;
  memory[2] = v2 - 32768;
  memory[3] = v3 - 32768;
  memory[4] = v4 - 32768;
  memory[5] = v5 - 32768;
  memory[6] = v6 - 32768;
  memory[7] = v7 - 32768;
  lattice.emphasised = last;
  return true;
}

/**
 * Does the same as `synthesiseQuietly`, for all signals. Limits are conditional expressions, with no work in a branch: V8 would discard the compiled loop the
 * first time that a branch is taken, at 17 places. No reflection coefficient is -32768, so the rounded products need no limit.
 */
function synthesiseLoudly(lattice: GsmLattice, from: number, to: number, out: Int16Array, at: number): void {
  const { residual, r, memory } = lattice;
  // One by one, because destructuring an array runs its iterator.
  const r0 = r[0] ?? 0;
  const r1 = r[1] ?? 0;
  const r2 = r[2] ?? 0;
  const r3 = r[3] ?? 0;
  const r4 = r[4] ?? 0;
  const r5 = r[5] ?? 0;
  const r6 = r[6] ?? 0;
  const r7 = r[7] ?? 0;
  let v0 = memory[0] ?? 0;
  let v1 = memory[1] ?? 0;
  let v2 = memory[2] ?? 0;
  let v3 = memory[3] ?? 0;
  let v4 = memory[4] ?? 0;
  let v5 = memory[5] ?? 0;
  let v6 = memory[6] ?? 0;
  let v7 = memory[7] ?? 0;
  let last = lattice.emphasised;
  for (let k = from; k < to; k++) {
    let s = residual[longestLag + k] ?? 0;
    s -= (Math.imul(r7, v7) + 16384) >> 15;
    s = s > 32767 ? 32767 : Math.max(s, -32768);
    s -= (Math.imul(r6, v6) + 16384) >> 15;
    s = s > 32767 ? 32767 : Math.max(s, -32768);
    v7 = v6 + ((Math.imul(r6, s) + 16384) >> 15);
    v7 = v7 > 32767 ? 32767 : Math.max(v7, -32768);
    s -= (Math.imul(r5, v5) + 16384) >> 15;
    s = s > 32767 ? 32767 : Math.max(s, -32768);
    v6 = v5 + ((Math.imul(r5, s) + 16384) >> 15);
    v6 = v6 > 32767 ? 32767 : Math.max(v6, -32768);
    s -= (Math.imul(r4, v4) + 16384) >> 15;
    s = s > 32767 ? 32767 : Math.max(s, -32768);
    v5 = v4 + ((Math.imul(r4, s) + 16384) >> 15);
    v5 = v5 > 32767 ? 32767 : Math.max(v5, -32768);
    s -= (Math.imul(r3, v3) + 16384) >> 15;
    s = s > 32767 ? 32767 : Math.max(s, -32768);
    v4 = v3 + ((Math.imul(r3, s) + 16384) >> 15);
    v4 = v4 > 32767 ? 32767 : Math.max(v4, -32768);
    s -= (Math.imul(r2, v2) + 16384) >> 15;
    s = s > 32767 ? 32767 : Math.max(s, -32768);
    v3 = v2 + ((Math.imul(r2, s) + 16384) >> 15);
    v3 = v3 > 32767 ? 32767 : Math.max(v3, -32768);
    s -= (Math.imul(r1, v1) + 16384) >> 15;
    s = s > 32767 ? 32767 : Math.max(s, -32768);
    v2 = v1 + ((Math.imul(r1, s) + 16384) >> 15);
    v2 = v2 > 32767 ? 32767 : Math.max(v2, -32768);
    s -= (Math.imul(r0, v0) + 16384) >> 15;
    s = s > 32767 ? 32767 : Math.max(s, -32768);
    v1 = v0 + ((Math.imul(r0, s) + 16384) >> 15);
    v1 = v1 > 32767 ? 32767 : Math.max(v1, -32768);
    v0 = s;
    last = s + ((Math.imul(last, deemphasis) + 16384) >> 15);
    last = last > 32767 ? 32767 : Math.max(last, -32768);
    let sample = last << 1;
    sample = sample > 32767 ? 32767 : Math.max(sample, -32768);
    out[at + k] = sample & ~7; // 13 bits.
  }
  memory[0] = v0;
  memory[1] = v1;
  memory[2] = v2;
  memory[3] = v3;
  memory[4] = v4;
  memory[5] = v5;
  memory[6] = v6;
  memory[7] = v7;
  lattice.emphasised = last;
}

/**
 * Applies the short-term synthesis to samples [from, to) of the frame, in runs so short that little is repeated if the signal is loud. After a loud run, some
 * runs are treated as loud without a trial.
 */
export function synthesise(lattice: GsmLattice, from: number, to: number, out: Int16Array, at: number): void {
  for (let start = from; start < to; start += 40) {
    const end = Math.min(start + 40, to);
    if (lattice.loudRuns > 0) lattice.loudRuns--;
    else if (synthesiseQuietly(lattice, start, end, out, at)) continue;
    else lattice.loudRuns = 12;
    synthesiseLoudly(lattice, start, end, out, at);
  }
}
