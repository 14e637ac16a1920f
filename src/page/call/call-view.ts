import { type RecordingDocument, storedFilesOf } from '../../core/model/recording-document.ts';
import type { CallDetail, CallRow, DataSource } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import { failedText, type Wording } from '../base/wording.ts';
import { startOf } from '../list/result-row.ts';
import { faultBanner } from '../player/fixity-view.ts';
import { createGivenFiles, type GivenFiles } from '../player/given-files.ts';
import { createPlayerView } from '../player/player-view.ts';
import type { Outlet } from '../player/save-control.ts';
import type { PlayerView } from '../player/sound-view.ts';
import { callFacts } from './call-facts.ts';
import { filesOf, findingsOf, verificationOf } from './call-files.ts';
import { holdsOf, retentionOf } from './call-keeping.ts';
import { createNoteView, type NoteView } from './note-view.ts';

/** The view of one call. */
export interface CallView {
  readonly element: HTMLElement;
  /** Shows a recording; null: shows none. */
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
  /** Button that adds the shown recording to the chosen case; the page shows and labels it. Null: this user has no cases. */
  readonly toCase: HTMLElement | null;
}

/** Creates an empty view. */
export function createCallView(wiring: CallWiring): CallView {
  const { text } = wiring.wording;
  const element = h('section', { class: 'call', 'aria-label': text('call'), tabindex: -1, hidden: true });
  const given = createGivenFiles();
  let player: PlayerView | null = null;
  let stop = new AbortController();
  let shown: string | null = null;
  /** Shows content below the bar. The bar is created again. */
  const fill = (...parts: readonly HTMLElement[]): void => element.replaceChildren(callBar(wiring), ...parts);
  const failed = (error: unknown): void => fill(h('p', { role: 'alert' }, failedText(error, wiring.wording)));
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
      fill(h('p', { class: 'soft', role: 'status' }, text('loading')));
      element.scrollTop = 0;
      wiring.data.detail(id, signal).then(
        (detail) => {
          if (signal.aborted) return;
          if (detail === null) fill(h('p', { role: 'alert' }, text('missing', { id })));
          else {
            const content = callContent(detail, wiring, given, signal);
            player = content.player;
            fill(...content.parts);
          }
          element.focus({ preventScroll: true });
        },
        (error: unknown) => {
          if (!signal.aborted) failed(error);
        },
      );
    },
  };
}

/** Creates the bar above a call: the way back, the neighbouring calls, actions. */
function callBar({ wording: { text }, close, move, toCase }: CallWiring): HTMLElement {
  return h(
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
}

/** Creates the whole content of a call. @param signal aborted when another call is shown */
function callContent(
  detail: CallDetail,
  { wording, data, group, mayExport, mayAnnotate }: CallWiring,
  given: GivenFiles,
  signal: AbortSignal,
): { readonly player: PlayerView; readonly parts: readonly HTMLElement[] } {
  const { row, document } = detail;
  let notes: NoteView | null = null;
  const player = createPlayerView({
    document,
    address: (file) => data.address(rowOfFile(row, document, file), file, 'play'),
    standing: { detail, refusal: data.refusal ?? null, given },
    outlet: outletOf(row, data, mayExport),
    marked: (part) => notes?.marked(part),
    wording,
  });
  if (detail.notes !== undefined)
    notes = createNoteView({
      wording,
      recording: row.id,
      notes: detail.notes,
      write: mayAnnotate ? (data.notes ?? null) : null,
      signal,
      show: (note) => player.mark(note),
      changed: (all) => player.annotate(all),
    });
  const parts = [
    callHead(detail, wording),
    player.element,
    notes?.element ?? null,
    ...callFacts(detail, wording, group),
    findingsOf(detail, wording),
    retentionOf(detail, wording),
    holdsOf(detail, wording),
    verificationOf(detail, wording),
    filesOf(detail, (file) => data.address(rowOfFile(row, document, file), file, 'take'), wording),
  ];
  return { player, parts: parts.filter((part) => part !== null) };
}

/** Returns where parts of a recording are saved from. */
function outletOf(row: CallRow, { spanAddress }: DataSource, mayExport: boolean): Outlet {
  if (spanAddress === undefined) return 'here';
  return mayExport ? (file, span) => spanAddress(row, file, span) : null;
}

/** Returns the row whose bag has a file: the newest description may refer to files in the bag of an earlier description. */
function rowOfFile(row: CallRow, document: RecordingDocument, file: string): CallRow {
  const bag = storedFilesOf(document).find(({ path }) => path === file)?.bag;
  return bag === undefined ? row : { ...row, bag };
}

function callHead(detail: CallDetail, wording: Wording): HTMLElement {
  const { row } = detail;
  const names =
    row.name === undefined
      ? [
          h('bdi', {}, row.from === '' ? '–' : row.from),
          h('span', { class: 'soft', 'aria-hidden': 'true' }, ' → '),
          h('bdi', {}, row.to === '' ? '–' : row.to),
        ]
      : [h('bdi', {}, row.name)];
  return h(
    'header',
    { class: 'callhead' },
    h('h2', {}, ...names),
    h('p', {}, ...startOf(row, wording), ` · ${wording.length(row.durationMs)} · ${wording.valued('direction', row.direction)}`),
    faultBanner(detail, wording),
    row.doubtful > 0 ? h('p', { class: 'banner' }, wording.text('doubtfulMark')) : null,
  );
}
