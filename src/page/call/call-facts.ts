import type { CallAccount, CallEvent, TimeValue } from '../../core/model/recording.ts';
import { type RecordingDocument, revisionOf } from '../../core/model/recording-document.ts';
import type { CallDetail } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import type { Wording } from '../base/wording.ts';
import { marksOf } from '../player/marks.ts';
import { type Fact, factList, folded, foreignText, pairs, partyTable, section, table, timeFact, timeText } from './facts.ts';

/** Builds the metadata of a call. @param group called with the id of an interaction to show its segments */
export function callFacts(detail: CallDetail, wording: Wording, group: (id: string) => void): (HTMLElement | null)[] {
  const { document } = detail;
  const { recording } = document;
  const text = wording.text;
  return [
    section(text('facts'), factList(mainFacts(document, detail, wording))),
    section(text('parties'), partyTable(recording.parties, wording)),
    section(text('org'), pairs(recording.org)),
    section(text('tags'), pairs(recording.tags)),
    section(text('keys'), pairs([...recording.sourceKeys, ...recording.correlation])),
    recording.group === null || recording.group === undefined
      ? null
      : section(
          text('group'),
          h(
            'p',
            {},
            foreignText(recording.group.id),
            ' ',
            h('button', { type: 'button', onclick: () => group(recording.group?.id ?? '') }, text('groupShow')),
          ),
        ),
    section(text('events'), eventTable(document, wording)),
    section(text('quality'), pairs(recording.quality ?? [])),
    section(text('retention'), retentionOf(document)),
    recording.extra.length === 0 ? null : h('section', { class: 'facts' }, folded(text('extra'), pairs(recording.extra))),
    section(text('accounts'), ...(recording.accounts ?? []).map((account) => accountOf(account, wording))),
  ];
}

function mainFacts(document: RecordingDocument, { row }: CallDetail, wording: Wording): Fact[] {
  const { recording, media } = document;
  const text = wording.text;
  const { reconciliation, direction, durationDeclared } = recording;
  const declared = durationDeclared?.ms ?? null;
  const audioStarts = media.filter(({ audioStart }) => audioStart !== null && audioStart.raw !== recording.callStart?.raw);
  return [
    [text('callStart'), timeFact(recording.callStart, wording)],
    [text('callAnswer'), timeFact(recording.callAnswer, wording)],
    [text('callEnd'), timeFact(recording.callEnd, wording)],
    ...audioStarts.map(({ audioStart, original }): Fact => [`${text('audioStart')} (${original.path})`, timeFact(audioStart, wording)]),
    [
      text('length'),
      h(
        'div',
        {},
        row.durationMs === null && declared === null ? '–' : null,
        row.durationMs === null ? null : h('div', {}, text('lengthMeasured', { length: wording.length(row.durationMs) })),
        declared === null ? null : h('div', { class: 'soft' }, text('lengthDeclared', { length: wording.length(declared) })),
      ),
    ],
    [
      text('direction'),
      h(
        'span',
        {},
        wording.valued('direction', direction.value),
        direction.raw === null ? null : h('span', { class: 'soft' }, ` (${direction.raw})`),
      ),
    ],
    [
      text('status'),
      h(
        'div',
        {},
        h('span', { class: 'chip status' }, wording.valued('status', reconciliation.status)),
        reconciliation.rule === '' ? null : h('div', { class: 'soft' }, reconciliation.rule),
        reconciliation.reason === null || reconciliation.reason === undefined ? null : h('div', {}, reconciliation.reason),
      ),
    ],
    [text('recorder'), h('span', {}, recording.importer, h('span', { class: 'soft' }, ` (${text('grade', { grade: recording.grade })})`))],
    [text('site'), foreignText(document.site)],
    [text('source'), foreignText(document.source)],
    [text('identifier'), h('code', {}, document.recordingId)],
    [
      text('revision'),
      document.amends === undefined ? null : text('revised', { number: String(revisionOf(document)), changed: document.amends.changed.join(', ') }),
    ],
    [text('supersedes'), document.supersedes === null ? null : h('a', { href: `#call=${document.supersedes}` }, document.supersedes)],
  ];
}

function eventTable(document: RecordingDocument, wording: Wording): HTMLElement | null {
  const places = new Map(marksOf(document, document.joined === null ? 0 : null).map(({ event, atMs }) => [event, atMs]));
  const lengths = document.media.flatMap(({ measurement }) => (measurement === null ? [] : [measurement.durationMs]));
  const longest = lengths.length === 0 ? null : Math.max(...lengths);
  const place = (event: CallEvent): string => {
    const at = places.get(event) ?? null;
    if (at === null || at < 0) return wording.text('eventsUnplaced');
    return longest !== null && at > longest + 1_000 ? wording.text('beyondEnd', { at: wording.length(at) }) : wording.length(at);
  };
  return table(
    wording.text('events'),
    (['event', 'time', 'inAudio', 'length', 'effect', 'raw'] as const).map((key) => wording.text(key)),
    document.recording.events.map((event) => [
      wording.valued('event', event.type),
      event.at === null ? '' : eventTime(event.at, wording),
      place(event),
      event.lengthMs === null ? '' : wording.length(event.lengthMs),
      wording.valued('effect', event.mediaEffect),
      foreignText(event.raw),
    ]),
  );
}

/** Formats the time of an event; a text that is not a time stays as the recorder wrote it. */
function eventTime({ utc, local, raw }: TimeValue, wording: Wording): HTMLElement {
  const known = utc ?? local;
  return known === null ? foreignText(raw) : timeText(known, wording);
}

function retentionOf({ recording }: RecordingDocument): HTMLElement | null {
  const { retention } = recording;
  if (retention === null || retention === undefined) return null;
  const facts = Object.entries(retention).flatMap(([name, value]): Fact[] => {
    if (value === null || value === undefined) return [];
    return [[name, foreignText(typeof value === 'object' ? ('raw' in value ? String(value.raw) : JSON.stringify(value)) : String(value))]];
  });
  return facts.length === 0 ? null : factList(facts);
}

function accountOf(account: CallAccount, wording: Wording): HTMLElement {
  const text = wording.text;
  return folded(
    `${account.table ?? account.importer}: ${text(account.joinedBy === 'id' ? 'joined-id' : 'joined-window')}`,
    factList([
      [text('recorder'), h('span', {}, account.importer, h('span', { class: 'soft' }, ` (${text('grade', { grade: account.grade })})`))],
      [text('callStart'), timeFact(account.callStart, wording)],
      [text('callAnswer'), timeFact(account.callAnswer, wording)],
      [text('callEnd'), timeFact(account.callEnd, wording)],
      [
        text('length'),
        account.durationDeclared?.ms === null || account.durationDeclared === null ? null : wording.length(account.durationDeclared.ms),
      ],
      [text('direction'), wording.valued('direction', account.direction.value)],
    ]),
    partyTable(account.parties, wording),
    pairs([...account.sourceKeys, ...account.correlation, ...account.org, ...account.tags, ...account.extra]),
    sourcesOf(account.provenance, wording),
  );
}

/** Shows the source of a recording and the place within it. */
export function sourcesOf(provenance: RecordingDocument['recording']['provenance'], wording: Wording): HTMLElement | null {
  if (provenance.length === 0) return null;
  return h(
    'ul',
    {},
    ...provenance.map(({ path, row }) => h('li', {}, foreignText(path), row === null ? null : `, ${wording.text('row', { n: row })}`)),
  );
}
