import { h } from '../base/dom.ts';
import type { Wording } from '../base/wording.ts';
import type { Lane } from './sounds.ts';
import { laneImage } from './waveform.ts';

/** The zoomable waveform of a recording; a part of it is visible. */
export interface WaveView {
  /** The scrolling element. */
  readonly element: HTMLElement;
  /** Element as wide as the recording; marks and regions are positioned in it in hundredths of its width. */
  readonly track: HTMLElement;
  /** The position slider. */
  readonly slider: HTMLElement;
  readonly zoomControls: HTMLElement;
  show(ms: number): void;
  /** Zooms in or out around a moment, by default around the selection or the playing position. @returns false at the limit */
  zoom(way: 1 | -1, aroundMs?: number): boolean;
  close(): void;
}

/** What the waveform reports. */
export interface WaveActs {
  readonly seek: (ms: number) => void;
  /** Called when a span is selected with the mouse or a finger. */
  readonly mark: (fromMs: number, toMs: number) => void;
  /** Returns the moment to keep visible when zooming; null: the playing position. */
  readonly middle: () => number | null;
}

/** Distance in pixels from which a press is a selection. */
const strokePixels = 5;
/** Visible length at the highest zoom. */
const leastMs = 1_000;
/** Distance of time labels in pixels. */
const tickPixels = 80;
const steps = [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000, 7_200_000];

/** The audio to be drawn. */
export interface Waves {
  readonly lanes: readonly Lane[];
  readonly durationMs: number;
  /** Elements drawn over the channels. */
  readonly inside: readonly HTMLElement[];
}

/** Creates the view. */
export function createWaveView({ lanes, durationMs, inside }: Waves, acts: WaveActs, wording: Wording): WaveView {
  const images = lanes.map((lane) => laneImage(lane, durationMs));
  const head = h('div', { class: 'playhead' });
  const slider = h(
    'div',
    {
      class: 'waves',
      role: 'slider',
      tabindex: 0,
      'aria-label': wording.text('position'),
      'aria-valuemin': 0,
      'aria-valuemax': Math.round(durationMs / 1000),
    },
    ...images.map(({ element }) => element),
    ...inside,
    head,
  );
  const ruler = h('div', { class: 'ruler soft', 'aria-hidden': 'true' });
  const track = h('div', { class: 'wavetrack' }, slider, ruler);
  const element = h('div', { class: 'waveport' }, track);
  let at = 0;
  const msAt = (clientX: number): number => {
    const { left, width } = track.getBoundingClientRect();
    return Math.max(0, Math.min(1, (clientX - left) / Math.max(1, width))) * durationMs;
  };
  const drawTimes = (): void => ruler.replaceChildren(...timeLabels(durationMs, Math.max(1, element.clientWidth) * magnifier.level(), wording));
  const magnifier = createMagnifier(durationMs, { element, track, zoomed: drawTimes }, wording);
  const zoom = (way: 1 | -1, aroundMs = acts.middle() ?? at): boolean => magnifier.zoom(way, aroundMs);
  magnifier.out.addEventListener('click', () => zoom(-1));
  magnifier.into.addEventListener('click', () => zoom(1));
  selectByPointer(slider, msAt, acts);
  element.addEventListener(
    'wheel',
    (event) => {
      // Zooms with the Ctrl key as maps do; without the key the page scrolls.
      if (!event.ctrlKey) return;
      event.preventDefault();
      zoom(event.deltaY < 0 ? 1 : -1, msAt(event.clientX));
    },
    { passive: false },
  );
  const watch = new ResizeObserver(() => drawTimes());
  watch.observe(element);
  magnifier.show();
  return {
    element,
    track,
    slider,
    zoomControls: magnifier.controls,
    show: (ms) => {
      at = ms;
      const share = durationMs > 0 ? ms / durationMs : 0;
      for (const image of images) image.show(share);
      head.style.left = `${share * 100}%`;
      magnifier.follow(share);
    },
    zoom,
    close: () => watch.disconnect(),
  };
}

/** The magnification of a waveform. */
interface Magnifier {
  readonly out: HTMLButtonElement;
  readonly into: HTMLButtonElement;
  readonly controls: HTMLElement;
  level(): number;
  show(): void;
  /** Zooms in or out around a moment. @returns false at the limit */
  zoom(way: 1 | -1, aroundMs: number): boolean;
  /** Scrolls a moment into view. @param share its position as a share of the duration */
  follow(share: number): void;
}

/** The magnified elements: the scrolling one, and its content. */
interface Magnified {
  readonly element: HTMLElement;
  readonly track: HTMLElement;
  /** Called after each change. */
  readonly zoomed: () => void;
}

function createMagnifier(durationMs: number, { element, track, zoomed }: Magnified, wording: Wording): Magnifier {
  const { text } = wording;
  const out = h('button', { type: 'button', class: 'icon', 'aria-label': text('zoomOut'), title: text('zoomOut') }, '−');
  const into = h('button', { type: 'button', class: 'icon', 'aria-label': text('zoomIn'), title: text('zoomIn') }, '+');
  const factor = h('output', { class: 'factor' });
  const most = Math.max(1, Math.min(64, 2 ** Math.floor(Math.log2(Math.max(1, durationMs / leastMs)))));
  let level = 1;
  const show = (): void => {
    factor.textContent = `${wording.number(level)}×`;
    out.disabled = level <= 1;
    into.disabled = level >= most;
    track.style.width = `${level * 100}%`;
    element.classList.toggle('magnified', level > 1);
    zoomed();
  };
  return {
    out,
    into,
    controls: h('div', { class: 'zoom', role: 'group', 'aria-label': text('zoom') }, h('span', {}, text('zoom')), out, factor, into),
    level: () => level,
    show,
    zoom: (way, aroundMs) => {
      const next = way === 1 ? level * 2 : level / 2;
      if (next < 1 || next > most) return false;
      const before = (aroundMs / Math.max(1, durationMs)) * element.clientWidth * level - element.scrollLeft;
      level = next;
      show();
      // The zoomed moment keeps its place, or becomes visible.
      const kept = before >= 0 && before <= element.clientWidth ? before : element.clientWidth / 2;
      element.scrollLeft = (aroundMs / Math.max(1, durationMs)) * element.clientWidth * level - kept;
      return true;
    },
    follow: (share) => {
      if (level === 1) return;
      const place = share * element.clientWidth * level;
      if (place < element.scrollLeft || place > element.scrollLeft + element.clientWidth) element.scrollLeft = place - element.clientWidth / 8;
    },
  };
}

/** Creates the labels of a ruler. @param width of the whole ruler in pixels */
function timeLabels(durationMs: number, width: number, wording: Wording): HTMLElement[] {
  const step = steps.find((ms) => (ms / Math.max(1, durationMs)) * width >= tickPixels) ?? durationMs;
  const ticks: HTMLElement[] = [];
  for (let ms = 0; ms < durationMs && step > 0 && ticks.length < 2_000; ms += step) {
    const tick = h('span', {}, wording.clock(ms, step < 1_000));
    tick.style.left = `${(ms / durationMs) * 100}%`;
    ticks.push(tick);
  }
  return ticks;
}

/** Seeks on a press and selects on a drag. */
function selectByPointer(slider: HTMLElement, msAt: (clientX: number) => number, acts: WaveActs): void {
  slider.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    const from = msAt(event.clientX);
    let isStroke = false;
    const stop = new AbortController();
    const { signal } = stop;
    slider.setPointerCapture(event.pointerId);
    slider.addEventListener(
      'pointermove',
      (moved) => {
        isStroke ||= Math.abs(moved.clientX - event.clientX) >= strokePixels;
        if (isStroke) acts.mark(Math.min(from, msAt(moved.clientX)), Math.max(from, msAt(moved.clientX)));
      },
      { signal },
    );
    slider.addEventListener('pointerup', () => (isStroke ? null : acts.seek(from)), { signal });
    slider.addEventListener('lostpointercapture', () => stop.abort(), { signal });
  });
}
