import type { SoundSpan } from '../../core/time/wave-span.ts';
import { h } from '../base/dom.ts';
import type { Wording } from '../base/wording.ts';

/** A selected part of the audio, which can be played alone, looped and saved. */
export interface RegionView {
  /** Element over the waveform. */
  readonly overlay: HTMLElement;
  readonly controls: HTMLElement;
  readonly span: () => SoundSpan | null;
  mark(fromMs: number, toMs: number): void;
  /** Handles a key. @returns false if it is not for a region */
  key(event: KeyboardEvent): boolean;
  /** Returns where playback continues from a moment; `stop`: playback ends; null: unchanged. */
  follow(ms: number): number | 'stop' | null;
  /** Called when the user seeks. */
  sought(ms: number): void;
}

/** What a region needs from the player. */
export interface RegionActs {
  readonly at: () => number;
  readonly play: (fromMs: number) => void;
  /** Called whenever the selection changes. */
  readonly changed: (span: SoundSpan | null) => void;
}

/** Shorter selections are accidental, in ms. */
const leastMs = 50;

/** An end of the selection. */
type End = 'from' | 'to';

/** Creates an empty selection. @param save shown if there is a selection; null: saving is impossible here */
export function createRegionView(durationMs: number, acts: RegionActs, save: HTMLElement | null, wording: Wording): RegionView {
  let span: SoundSpan | null = null;
  let isLoop = false;
  /** True while playback stays inside the selection. */
  let isHeld = false;
  const set = (next: SoundSpan | null): void => {
    span = next;
    edges.show(next);
    bar.show(next);
    if (next === null) isHeld = false;
    acts.changed(next);
  };
  const mark = (fromMs: number, toMs: number): void => {
    const [first, last] = [Math.max(0, Math.round(Math.min(fromMs, toMs))), Math.min(Math.floor(durationMs), Math.round(Math.max(fromMs, toMs)))];
    if (last - first >= leastMs) set({ fromMs: first, toMs: last });
  };
  const markEnd = (end: End): void => {
    const at = acts.at();
    if (end === 'from') mark(at, span !== null && span.toMs > at ? span.toMs : durationMs);
    else mark(span !== null && span.fromMs < at ? span.fromMs : 0, at);
  };
  const move = (end: End, ms: number): void => {
    if (span === null) return;
    const at = Math.max(0, Math.min(durationMs, ms));
    if (end === 'from') mark(Math.min(at, span.toMs - leastMs), span.toMs);
    else mark(span.fromMs, Math.max(at, span.fromMs + leastMs));
  };
  const loop = (): void => {
    isLoop = !isLoop;
    bar.showLoop(isLoop);
    if (isLoop && span !== null) isHeld = true;
  };
  const listen = (): void => {
    if (span === null) return;
    isHeld = true;
    acts.play(span.fromMs);
  };
  const edges = createRegionEdges(durationMs, move, wording);
  const bar = createRegionBar({ loop, listen, markEnd, remove: () => set(null) }, save, wording);
  return {
    overlay: edges.overlay,
    controls: bar.element,
    span: () => span,
    mark,
    key: (event) => {
      const end = edges.endAt(event.target);
      const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
      if (end !== null && step !== 0 && span !== null) move(end, (end === 'to' ? span.toMs : span.fromMs) + step * (event.shiftKey ? 1_000 : 100));
      else if (event.key === 'i') markEnd('from');
      else if (event.key === 'o') markEnd('to');
      else if (event.key === 'l') loop();
      else if (event.key === 'r' && span !== null) listen();
      else if (event.key === 'Delete' && span !== null) set(null);
      else return false;
      return true;
    },
    follow: (ms) => {
      if (span === null || !isHeld) return null;
      if (ms >= span.toMs) {
        if (isLoop) return span.fromMs;
        isHeld = false;
        return 'stop';
      }
      return ms < span.fromMs - 500 ? span.fromMs : null;
    },
    sought: (ms) => {
      isHeld = span !== null && isLoop && ms >= span.fromMs && ms < span.toMs;
    },
  };
}

/** The selection over the waveform, with an edge at each end that can be moved. */
interface RegionEdges {
  readonly overlay: HTMLElement;
  show(span: SoundSpan | null): void;
  /** Returns the end whose edge is the target; null: the target is not an edge. */
  endAt(target: EventTarget | null): End | null;
}

function createRegionEdges(durationMs: number, move: (end: End, ms: number) => void, wording: Wording): RegionEdges {
  const edges = (['from', 'to'] as const).map((end) => {
    const label = wording.text(end === 'from' ? 'regionStart' : 'regionEnd');
    return { end, edge: h('div', { class: `edge ${end}`, role: 'slider', tabindex: 0, 'aria-label': label }) };
  });
  const overlay = h('div', { class: 'region', hidden: true }, ...edges.map(({ edge }) => edge));
  for (const { end, edge } of edges) {
    edge.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      event.stopPropagation();
      edge.setPointerCapture(event.pointerId);
      const go = (moved: PointerEvent): void => {
        const { left = 0, width = 1 } = overlay.parentElement?.getBoundingClientRect() ?? {};
        move(end, ((moved.clientX - left) / Math.max(1, width)) * durationMs);
      };
      edge.addEventListener('pointermove', go);
      edge.addEventListener('lostpointercapture', () => edge.removeEventListener('pointermove', go), { once: true });
    });
  }
  return {
    overlay,
    show: (span) => {
      overlay.hidden = span === null;
      if (span === null) return;
      const { fromMs, toMs } = span;
      overlay.style.left = `${(fromMs / durationMs) * 100}%`;
      overlay.style.width = `${((toMs - fromMs) / durationMs) * 100}%`;
      for (const { end, edge } of edges) {
        const ms = end === 'from' ? fromMs : toMs;
        edge.setAttribute('aria-valuemin', '0');
        edge.setAttribute('aria-valuemax', String(Math.round(durationMs)));
        edge.setAttribute('aria-valuenow', String(ms));
        edge.setAttribute('aria-valuetext', wording.clock(ms, true));
      }
    },
    endAt: (target) => edges.find(({ edge }) => edge === target)?.end ?? null,
  };
}

/** What the buttons of a selection do. */
interface RegionButtons {
  readonly loop: () => void;
  readonly listen: () => void;
  readonly markEnd: (end: End) => void;
  readonly remove: () => void;
}

/** The buttons of a selection. */
interface RegionBar {
  readonly element: HTMLElement;
  show(span: SoundSpan | null): void;
  showLoop(isLoop: boolean): void;
}

function createRegionBar({ loop, listen, markEnd, remove }: RegionButtons, save: HTMLElement | null, wording: Wording): RegionBar {
  const { text } = wording;
  const times = h('output', { class: 'regiontimes' });
  const again = h(
    'button',
    { type: 'button', 'aria-pressed': 'false', onclick: loop },
    h('span', { 'aria-hidden': 'true' }, '⟳ '),
    text('regionLoop'),
  );
  const play = h('button', { type: 'button', onclick: listen }, h('span', { 'aria-hidden': 'true' }, '▸ '), text('regionPlay'));
  const removal = h(
    'button',
    { type: 'button', class: 'icon', 'aria-label': text('regionRemove'), title: text('regionRemove'), onclick: remove },
    '×',
  );
  const some = h('div', { class: 'regionacts', hidden: true }, h('span', { class: 'regionshown' }, times, removal), play, again, save);
  const from = h('button', { type: 'button', onclick: () => markEnd('from') }, text('regionFrom'));
  const to = h('button', { type: 'button', onclick: () => markEnd('to') }, text('regionTo'));
  const none = h('span', { class: 'soft hint' }, text('regionHint'));
  return {
    element: h('div', { class: 'regionbar', role: 'group', 'aria-label': text('region') }, h('span', {}, text('region')), from, to, none, some),
    show: (span) => {
      some.hidden = span === null;
      none.hidden = span !== null;
      if (span === null) return;
      const { fromMs, toMs } = span;
      times.textContent = text('regionTimes', {
        from: wording.clock(fromMs, true),
        to: wording.clock(toMs, true),
        length: wording.seconds(toMs - fromMs),
      });
    },
    showLoop: (isLoop) => again.setAttribute('aria-pressed', String(isLoop)),
  };
}
