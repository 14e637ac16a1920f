import type { CallDetail, CallRow, DataSource } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import type { Wording } from '../base/wording.ts';
import { startOf } from '../list/result-row.ts';
import { faultBanner } from '../player/fixity-view.ts';
import { createGivenFiles } from '../player/given-files.ts';
import { createPlayerView, type PlayerView } from '../player/player-view.ts';
import type { Outlet } from '../player/save-control.ts';
import { callFacts } from './call-facts.ts';
import { filesOf, findingsOf, verificationOf } from './call-files.ts';
import { createNoteView, type NoteView } from './note-view.ts';

/** The view of one call. */
export interface CallView {
  readonly element: HTMLElement;
  /** Shows a recording. Null: none. */
  show(id: string | null): void;
  readonly player: () => PlayerView | null;
}

/** What the view of a call needs from the page. */
export interface CallWiring {
  readonly wording: Wording;
  readonly data: DataSource;
  readonly close: () => void;
  readonly move: (step: number) => void;
  readonly group: (id: string) => void;
  /** True if this user may download recordings. */
  readonly mayExport: boolean;
  /** True if this user may write notes and tags. */
  readonly mayAnnotate: boolean;
  /** Button that adds the shown recording to the chosen case; the page shows and labels it. Null: no cases. */
  readonly toCase: HTMLElement | null;
}

/** Creates an empty view. */
export function createCallView({ wording, data, close, move, group, mayExport, mayAnnotate, toCase }: CallWiring): CallView {
  const text = wording.text;
  const element = h('section', { class: 'call', 'aria-label': text('call'), tabindex: -1, hidden: true });
  const given = createGivenFiles();
  let player: PlayerView | null = null;
  let stop = new AbortController();
  let shown: string | null = null;
  const bar = (): HTMLElement =>
    h(
      'div',
      { class: 'callbar' },
      h('button', { type: 'button', class: 'back', onclick: close }, '‹ ', text('back')),
      h('span', { class: 'gap' }),
      h('button', { type: 'button', class: 'icon', 'aria-label': text('previousCall'), title: text('previousCall'), onclick: () => move(-1) }, '↑'),
      h('button', { type: 'button', class: 'icon', 'aria-label': text('nextCall'), title: text('nextCall'), onclick: () => move(1) }, '↓'),
      toCase,
      h('button', { type: 'button', onclick: () => window.print() }, text('print')),
      h('button', { type: 'button', class: 'icon', 'aria-label': text('close'), title: text('close'), onclick: close }, '×'),
    );
  const outletOf = (row: CallRow): Outlet => {
    const { spanAddress } = data;
    if (spanAddress === undefined) return 'here';
    return mayExport ? (file, span) => spanAddress(row, file, span) : null;
  };
  const fill = (detail: CallDetail): void => {
    const { row, document } = detail;
    let notes: NoteView | null = null;
    player = createPlayerView(
      document,
      (file) => data.address(row, file, 'play'),
      { detail, refusal: data.refusal ?? null, given },
      outletOf(row),
      (part) => notes?.marked(part),
      wording,
    );
    const shownPlayer = player;
    if (detail.notes !== undefined)
      notes = createNoteView({
        wording,
        recording: row.id,
        notes: detail.notes,
        write: mayAnnotate ? (data.notes ?? null) : null,
        signal: stop.signal,
        show: (note) => shownPlayer.mark(note),
        changed: (all) => shownPlayer.annotate(all),
      });
    element.replaceChildren(
      bar(),
      h(
        'header',
        { class: 'callhead' },
        h(
          'h2',
          {},
          ...(row.name === undefined
            ? [
                h('bdi', {}, row.from === '' ? '–' : row.from),
                h('span', { class: 'soft', 'aria-hidden': 'true' }, ' → '),
                h('bdi', {}, row.to === '' ? '–' : row.to),
              ]
            : [h('bdi', {}, row.name)]),
        ),
        h('p', {}, ...startOf(row, wording), ` · ${wording.length(row.durationMs)} · ${wording.valued('direction', row.direction)}`),
        faultBanner(detail, wording),
        row.doubtful > 0 ? h('p', { class: 'banner' }, text('doubtfulMark')) : null,
      ),
      player.element,
      ...(notes === null ? [] : [notes.element]),
      ...callFacts(detail, wording, group).filter((part) => part !== null),
      findingsOf(detail, wording),
      ...[verificationOf(detail, wording), filesOf(detail, (file) => data.address(row, file, 'take'), wording)].filter((part) => part !== null),
    );
  };
  return {
    element,
    player: () => player,
    show: (id) => {
      if (id === shown) return;
      shown = id;
      stop.abort();
      stop = new AbortController();
      player?.close();
      player = null;
      element.hidden = id === null;
      if (id === null) {
        element.replaceChildren();
        return;
      }
      const { signal } = stop;
      element.replaceChildren(bar(), h('p', { class: 'soft', role: 'status' }, text('loading')));
      element.scrollTop = 0;
      data.detail(id, signal).then(
        (detail) => {
          if (signal.aborted) return;
          if (detail === null) element.replaceChildren(bar(), h('p', { role: 'alert' }, text('missing', { id })));
          else fill(detail);
          element.focus({ preventScroll: true });
        },
        (error: unknown) => {
          if (!signal.aborted)
            element.replaceChildren(
              bar(),
              h('p', { role: 'alert' }, text('failed', { reason: error instanceof Error ? error.message : String(error) })),
            );
        },
      );
    },
  };
}
