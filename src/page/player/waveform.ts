import { svg } from '../base/dom.ts';
import type { Mark } from './marks.ts';
import type { Lane } from './sounds.ts';

/** Horizontal units; the path is scaled to the actual width. */
const width = 1000;
const laneHeight = 100;

/** Draws a channel's waveform; the played part is drawn over the rest. */
export function laneImage(lane: Lane, durationMs: number): { readonly element: SVGSVGElement; show(share: number): void } {
  const d = pathOf(lane, durationMs);
  const played = svg('path', { d, class: 'played' });
  const id = `clip-${Math.random().toString(36).slice(2)}`;
  const clip = svg('rect', { x: 0, y: 0, width: 0, height: laneHeight });
  const element = svg(
    'svg',
    { viewBox: `0 0 ${width} ${laneHeight}`, preserveAspectRatio: 'none', class: 'wave', 'aria-hidden': 'true', focusable: 'false' },
    svg('defs', {}, svg('clipPath', { id }, clip)),
    svg('line', { x1: 0, x2: width, y1: laneHeight / 2, y2: laneHeight / 2, class: 'zero' }),
    svg('path', { d, class: 'sound' }),
    svg('g', { 'clip-path': `url(#${id})` }, played),
  );
  return { element, show: (share) => clip.setAttribute('width', String(Math.max(0, Math.min(1, share)) * width)) };
}

/** Telephone speech is mostly far below full scale; the square root makes it visible and keeps the order of levels. */
function pathOf({ peaks, msPerPeak }: Lane, durationMs: number): string {
  if (peaks.length === 0 || durationMs <= 0) return '';
  const x = (index: number): string => (((index * msPerPeak) / durationMs) * width).toFixed(2);
  const half = [...peaks].map((peak) => Math.sqrt(peak / 255) * (laneHeight / 2 - 2));
  const above = half.map(
    (height, index) => `L${x(index)} ${(laneHeight / 2 - height).toFixed(1)}L${x(index + 1)} ${(laneHeight / 2 - height).toFixed(1)}`,
  );
  const below = half.map(
    (height, index) => `L${x(index + 1)} ${(laneHeight / 2 + height).toFixed(1)}L${x(index)} ${(laneHeight / 2 + height).toFixed(1)}`,
  );
  return `M0 ${laneHeight / 2}${above.join('')}${below.reverse().join('')}Z`;
}

/** Returns the place of a mark in hundredths of the width; null: the mark has none. */
export function markPlace({ atMs, endMs, open }: Mark, durationMs: number): { readonly left: number; readonly width: number | null } | null {
  if (atMs === null || durationMs <= 0 || atMs > durationMs) return null;
  const end = open ? durationMs : endMs;
  if (end !== null && end < 0) return null;
  const left = Math.max(0, atMs);
  if (atMs < 0 && end === null) return null;
  return { left: (left / durationMs) * 100, width: end === null ? null : ((Math.min(end, durationMs) - left) / durationMs) * 100 };
}
