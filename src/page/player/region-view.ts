import type { SoundSpan } from '../../core/time/wave-span.ts';
import { h } from '../base/dom.ts';
import type { Wording } from '../base/wording.ts';

/** A selected part of the audio: can be played alone, looped and saved. */
export interface RegionView {
  /** Element over the waveform. */
  readonly overlay: HTMLElement;
  readonly controls: HTMLElement;
  readonly span: () => SoundSpan | null;
  mark(fromMs: number, toMs: number): void;
  /** Handles a key. @returns false if it is not for a region */
  key(event: KeyboardEvent): boolean;
  /** Returns where playing continues from a moment; `stop`: it ends; null: unchanged. */
  follow(ms: number): number | 'stop' | null;
  /** Called when the user seeks. */
  sought(ms: number): void;
}

/** What a region needs from the player. */
export interface RegionActs {
  readonly at: () => number;
  readonly play: (fromMs: number) => void;
  /** Called whenever it changes. */
  readonly changed: (span: SoundSpan | null) => void;
}

/** Shorter selections are accidental. */
const leastMs = 50;

/** Creates an empty selection. @param save shown if there is a selection; null: saving is impossible here */
export function createRegionView(durationMs: number, acts: RegionActs, save: HTMLElement | null, wording: Wording): RegionView {
  const { text } = wording;
  let span: SoundSpan | null = null;
  let isLoop = false;
  /** True while playing stays inside. */
  let isHeld = false;
  const edges = (['from', 'to'] as const).map((end) =>
    h('div', { class: `edge ${end}`, role: 'slider', tabindex: 0, 'aria-label': text(end === 'from' ? 'regionStart' : 'regionEnd') }),
  );
  const [start, end] = edges;
  const overlay = h('div', { class: 'region', hidden: true }, ...edges);
  const times = h('output', { class: 'regiontimes' });
  const again = h(
    'button',
    { type: 'button', 'aria-pressed': 'false', onclick: () => loop(!isLoop) },
    h('span', { 'aria-hidden': 'true' }, '⟳ '),
    text('regionLoop'),
  );
  const play = h('button', { type: 'button', onclick: () => listen() }, h('span', { 'aria-hidden': 'true' }, '▸ '), text('regionPlay'));
  const remove = h(
    'button',
    { type: 'button', class: 'icon', 'aria-label': text('regionRemove'), title: text('regionRemove'), onclick: () => set(null) },
    '×',
  );
  const some = h('div', { class: 'regionacts', hidden: true }, h('span', { class: 'regionshown' }, times, remove), play, again, save);
  const from = h('button', { type: 'button', onclick: () => markEnd('from') }, text('regionFrom'));
  const to = h('button', { type: 'button', onclick: () => markEnd('to') }, text('regionTo'));
  const none = h('span', { class: 'soft hint' }, text('regionHint'));

  const set = (next: SoundSpan | null): void => {
    span = next;
    overlay.hidden = next === null;
    some.hidden = next === null;
    none.hidden = next !== null;
    if (next === null) isHeld = false;
    else {
      const { fromMs, toMs } = next;
      overlay.style.left = `${(fromMs / durationMs) * 100}%`;
      overlay.style.width = `${((toMs - fromMs) / durationMs) * 100}%`;
      times.textContent = text('regionTimes', {
        from: wording.clock(fromMs, true),
        to: wording.clock(toMs, true),
        length: wording.seconds(toMs - fromMs),
      });
      for (const [index, edge] of edges.entries()) {
        const ms = index === 0 ? fromMs : toMs;
        edge.setAttribute('aria-valuemin', '0');
        edge.setAttribute('aria-valuemax', String(Math.round(durationMs)));
        edge.setAttribute('aria-valuenow', String(ms));
        edge.setAttribute('aria-valuetext', wording.clock(ms, true));
      }
    }
    acts.changed(next);
  };
  const mark = (fromMs: number, toMs: number): void => {
    const [first, last] = [Math.max(0, Math.round(Math.min(fromMs, toMs))), Math.min(Math.floor(durationMs), Math.round(Math.max(fromMs, toMs)))];
    if (last - first >= leastMs) set({ fromMs: first, toMs: last });
  };
  const markEnd = (which: 'from' | 'to'): void => {
    const at = acts.at();
    if (which === 'from') mark(at, span !== null && span.toMs > at ? span.toMs : durationMs);
    else mark(span !== null && span.fromMs < at ? span.fromMs : 0, at);
  };
  const move = (edge: HTMLElement | undefined, ms: number): void => {
    if (span === null) return;
    const at = Math.max(0, Math.min(durationMs, ms));
    if (edge === start) mark(Math.min(at, span.toMs - leastMs), span.toMs);
    else mark(span.fromMs, Math.max(at, span.fromMs + leastMs));
  };
  const loop = (on: boolean): void => {
    isLoop = on;
    again.setAttribute('aria-pressed', String(on));
    if (on && span !== null) isHeld = true;
  };
  const listen = (): void => {
    if (span === null) return;
    isHeld = true;
    acts.play(span.fromMs);
  };
  const onEdge = (target: EventTarget | null): HTMLElement | undefined => edges.find((edge) => edge === target);
  for (const edge of edges) {
    edge.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      event.stopPropagation();
      edge.setPointerCapture(event.pointerId);
      const go = (moved: PointerEvent): void => {
        const { left = 0, width = 1 } = overlay.parentElement?.getBoundingClientRect() ?? {};
        move(edge, ((moved.clientX - left) / Math.max(1, width)) * durationMs);
      };
      edge.addEventListener('pointermove', go);
      edge.addEventListener('lostpointercapture', () => edge.removeEventListener('pointermove', go), { once: true });
    });
  }
  return {
    overlay,
    controls: h('div', { class: 'regionbar', role: 'group', 'aria-label': text('region') }, h('span', {}, text('region')), from, to, none, some),
    span: () => span,
    mark,
    key: (event) => {
      const edge = onEdge(event.target);
      const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
      if (edge !== undefined && step !== 0 && span !== null)
        move(edge, (edge === end ? span.toMs : span.fromMs) + step * (event.shiftKey ? 1_000 : 100));
      else if (event.key === 'i') markEnd('from');
      else if (event.key === 'o') markEnd('to');
      else if (event.key === 'l') loop(!isLoop);
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

/** A button or link that saves the selected part as WAV. */
export interface SaveRegion {
  readonly element: HTMLElement;
  show(span: SoundSpan | null): void;
}

/** Creates a link to the server. */
export function saveFromServer(address: (span: SoundSpan) => string, wording: Wording): SaveRegion {
  const element = h('a', { class: 'take', download: '' }, wording.text('regionSave'));
  return {
    element,
    show: (span) => {
      if (span !== null) element.href = address(span);
    },
  };
}

/** Creates a button that makes the file in the browser. @param make returns null if that failed, which was reported */
export function saveFromHere(
  make: (span: SoundSpan) => Promise<{ readonly name: string; readonly bytes: Blob } | null>,
  wording: Wording,
): SaveRegion {
  let wanted: SoundSpan | null = null;
  const save = async (): Promise<void> => {
    if (wanted === null) return;
    element.disabled = true;
    try {
      const made = await make(wanted);
      if (made === null) return;
      const href = URL.createObjectURL(made.bytes);
      const link = h('a', { href, download: made.name, hidden: true });
      document.body.append(link);
      link.click();
      link.remove();
      // By then the browser has read it.
      setTimeout(() => URL.revokeObjectURL(href), 60_000);
    } finally {
      element.disabled = false;
    }
  };
  const element = h('button', { type: 'button', onclick: () => void save() }, wording.text('regionSave'));
  return {
    element,
    show: (span) => {
      wanted = span;
    },
  };
}
