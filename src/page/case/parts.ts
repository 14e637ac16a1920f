import type { PageCaseRow, PageCaseView, PageRegister } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import { unknownText } from '../base/unknown-text.ts';
import { momentOf, type Wording } from '../base/wording.ts';
import { table } from '../call/facts.ts';
import { type Decide, decisionControl } from './decision.ts';

/** Lists the recordings of a case with the reasons, the data subject's parties if there is one, and removed recordings. */
export function caseMembers(view: PageCaseView, wording: Wording, open: (recording: string) => void, decide: Decide): HTMLElement {
  const { text } = wording;
  const rows = new Map((view.timeline?.rows ?? []).map((row) => [row.key, row]));
  const reasons = (list: PageCaseView['members'][number]['reasons']): HTMLElement =>
    h(
      'ul',
      { class: 'reasons' },
      ...list.map(({ kind, detail, at, by, isOver }) =>
        h(
          'li',
          { class: isOver === true ? 'over' : null },
          wording.valued('caseReason', kind),
          detail === '' ? '' : ': ',
          h('bdi', {}, detail),
          h('span', { class: 'soft' }, ` · ${by ?? '–'} · ${momentOf(at, wording).text}${isOver === true ? ` · ${text('caseDecidedAnew')}` : ''}`),
        ),
      ),
    );
  const cells = view.members.map((member) => {
    const row = rows.get(member.recording);
    const cell = [openButton(member.recording, row, wording, open), partiesOf(row), wording.length(row?.lengthMs ?? null), reasons(member.reasons)];
    return view.isAboutSomebody ? [...cell, decisionControl(member, wording, decide)] : cell;
  });
  const heads = [text('callStart'), text('parties'), text('length'), text('caseReasons'), ...(view.isAboutSomebody ? [text('caseDecideHead')] : [])];
  const out = view.removed.map(({ recording, reason, at, by }) => [
    h('button', { type: 'button', class: 'quiet', onclick: () => open(recording) }, recording.slice(0, 8)),
    h('bdi', {}, reason),
    by ?? '–',
    momentOf(at, wording).text,
  ]);
  return h(
    'div',
    {},
    cells.length === 0 ? h('p', { class: 'soft' }, text('caseEmpty')) : table(text('caseTabCalls'), heads, cells),
    out.length === 0 ? null : h('h3', {}, text('caseOut')),
    out.length === 0 ? null : table(text('caseOut'), [text('identifier'), text('reason'), text('caseBy'), text('time')], out),
  );
}

/** Warns that an older state of the register of persons is in use; null: it is current, or there is none. */
export function registerTrouble(register: PageRegister, wording: Wording): HTMLElement | null {
  if (register.is !== 'stale') return null;
  const { text, zone } = momentOf(register.readAt, wording);
  return h('p', { class: 'banner', role: 'status' }, wording.text('caseRegisterStale', { time: `${text} ${zone}` }));
}

/** Lists notes and tags of a case's recordings, in the order of the recordings. */
export function caseNotes(view: PageCaseView, wording: Wording, open: (recording: string) => void): HTMLElement {
  const { text } = wording;
  const rows = new Map((view.timeline?.rows ?? []).map((row) => [row.key, row]));
  const holding = view.notes.filter(({ note }) => note.withdrawn === null);
  if (holding.length === 0) return h('p', { class: 'soft' }, text('caseNotesNone'));
  return h(
    'ul',
    { class: 'notes' },
    ...holding.map(({ recording, note }) => {
      const words = note.text === null ? h('em', {}, unknownText(note.unknown, wording)) : h('bdi', { class: 'words' }, note.text);
      const part = note.span === null ? '' : ` · ${wording.clock(note.span.fromMs, true)} – ${wording.clock(note.span.toMs, true)}`;
      return h(
        'li',
        { class: 'noteitem' },
        h('div', { class: 'noteline' }, note.kind === 'tag' ? h('span', { class: 'chip tag' }, words) : words),
        h(
          'div',
          { class: 'soft notemeta' },
          openButton(recording, rows.get(recording), wording, open),
          ` ${note.by ?? unknownText(note.unknown, wording)} · ${momentOf(note.time, wording).text} ${momentOf(note.time, wording).zone}${part}`,
        ),
      );
    }),
  );
}

/** Lists the log entries about a case. */
export function custodyOf({ custody }: PageCaseView, wording: Wording): HTMLElement {
  const { text } = wording;
  const number = (value: number | null): string => (value === null ? '' : wording.number(value));
  const cells = [...custody]
    .reverse()
    .map(({ seq, time, what, by, unknown, recordings, messages, sha256 }) => [
      wording.number(seq),
      `${momentOf(time, wording).text} ${momentOf(time, wording).zone}`,
      wording.valued('custody', what),
      by ?? unknownText(unknown, wording),
      number(recordings),
      number(messages),
      sha256 === null ? '' : h('code', { class: 'digest' }, sha256),
    ]);
  const heads = [text('caseEntry'), text('time'), text('what'), text('caseBy'), text('caseCalls'), text('caseMessages'), 'SHA-256'];
  return h(
    'div',
    {},
    h('p', { class: 'soft' }, text('caseCustodyHint')),
    cells.length === 0 ? h('p', { class: 'soft' }, text('noFindings')) : table(text('caseTabCustody'), heads, cells),
  );
}

function openButton(recording: string, row: PageCaseRow | undefined, wording: Wording, open: (recording: string) => void): HTMLElement {
  const moment = row?.time == null ? null : momentOf(row.time, wording);
  return h(
    'button',
    { type: 'button', class: 'quiet', onclick: () => open(recording) },
    moment === null ? recording.slice(0, 8) : `${moment.text} ${moment.zone}`,
  );
}

function partiesOf(row: PageCaseRow | undefined): HTMLElement {
  const [from, to] = [row?.from ?? '', row?.to ?? ''].map((name) => (name === '' ? '–' : name));
  return h('span', {}, h('bdi', {}, from ?? ''), h('span', { class: 'soft', 'aria-hidden': 'true' }, ' → '), h('bdi', {}, to ?? ''));
}
