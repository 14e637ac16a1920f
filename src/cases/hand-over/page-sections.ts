import { counted } from '../../core/words/quantity.ts';
import { type Html, html, length, lines, moment, nothing, section, table, words } from '../../report/source/html.ts';
import { stateWords } from '../store/review-state.ts';
import type { CaseAccount } from './case-account.ts';
import { idKinds, numbered, reviewWordsOf } from './case-index.ts';
import { type Cover, coverOf } from './cover.ts';
import { custodyWords } from './custody.ts';
import { scopeRows } from './scope.ts';

/** Formats a length; one of a few seconds, with tenths. */
export function shortLength(ms: number): string {
  return ms < 10_000 ? `${(ms / 1_000).toFixed(1)} s` : length(ms);
}

/** Returns a bulleted list of texts. */
export function bullets(items: readonly string[]): Html {
  return html`<ul>${items.map((item) => html`<li>${lines(item)}</li>`)}</ul>\n`;
}

/** Returns the sections of the first page of an exported case that follow its timeline. */
export function backSections(account: CaseAccount): Html[] {
  const { holds, check } = coverOf(account);
  return [
    gapsSection(account),
    scopeSection(account),
    withheldSection(account),
    indexSection(account),
    custodySection(account),
    contentsSection(holds),
    checkSection(check),
  ];
}

function gapsSection({ timeline }: CaseAccount): Html {
  const gapRows = timeline.gaps.map(({ from, to, parties, why, entry, sureness, system }) => [
    html`<span class="when">${moment(from)}</span>`,
    from === to ? 'a moment' : shortLength(Date.parse(to) - Date.parse(from)),
    parties.join(', '),
    system,
    html`${why} (<a href="#e-${entry}">entry</a>)`,
    sureness,
  ]);
  const outsideRows = timeline.outside.map(({ from, to, parties, why, entry, recordings }) => [
    html`<span class="when">${moment(from)}</span>`,
    from === to ? 'a moment' : shortLength(Date.parse(to) - Date.parse(from)),
    parties.join(', '),
    html`${why} (<a href="#e-${entry}">entry</a>)`,
    recordings.length,
  ]);
  return section(
    'gaps',
    'Gaps',
    html`<p class="soft">Times at which a call was in progress and for which this case has no recording. The evidence is a call without audio, a call that was longer than its recording, or a record or recording of another system. A recording of these parties by the named system would fill the gap.${timeline.unanswered === 0 ? '' : ` Not counted as gaps: calls without audio that nobody answered, or that were not to be recorded (${timeline.unanswered}).`}</p>\n`,
    gapRows.length === 0
      ? html`<p>None.</p>\n`
      : table(
          [{ title: 'from' }, { title: 'length' }, { title: 'parties' }, { title: 'expected from' }, { title: 'evidence' }, { title: 'certainty' }],
          gapRows,
          'data/gaps.csv',
        ),
    outsideRows.length === 0
      ? nothing
      : html`<h3>Recorded, but not in this case</h3>\n<p class="soft">These are not gaps: the archive has recordings of these parties at these times, but the case does not contain them.</p>\n${table([{ title: 'from' }, { title: 'length' }, { title: 'parties' }, { title: 'evidence' }, { title: 'recordings', number: true }], outsideRows, 'data/outside.csv')}`,
    timeline.notLooked === 0
      ? nothing
      : html`<p>There are too many times to search the archive for all of them: ${timeline.notLooked} were not searched.</p>\n`,
  );
}

function scopeSection({ scope }: CaseAccount): Html {
  return section(
    'scope',
    'Scope',
    html`<p class="soft">What was requested, which systems were searched, what was found, and what could not be searched.</p>\n`,
    table(
      [{ title: 'part' }, { title: 'what' }, { title: 'number', number: true }],
      scopeRows(scope).map(([part, what, number]) => [part, what, number ?? '']),
      'data/scope.csv',
    ),
  );
}

function withheldSection({ withheld }: CaseAccount): Html {
  return withheld.length === 0
    ? nothing
    : section(
        'withheld',
        'Withheld',
        html`<p class="soft">Items of the case that are withheld after review. This hand-over contains nothing of them but this list.</p>\n`,
        table(
          [{ title: 'number', number: true }, { title: 'item' }, { title: 'UTC' }, { title: 'withheld as' }, { title: 'reason' }, { title: 'by' }],
          withheld.map(({ number, kind, time, as, reason, by, at }) => [
            number,
            kind === 'recording'
              ? 'a recording'
              : time === null || time.messages === null
                ? 'messages: number unknown'
                : counted(time.messages, 'message'),
            time?.utc ?? '',
            stateWords(as),
            reason,
            `${by ?? ''} ${at.slice(0, 10)}`.trim(),
          ]),
          'data/withheld.csv',
        ),
      );
}

function indexSection({ document, exported }: CaseAccount): Html {
  const reviewed = reviewWordsOf(document.reviews);
  return section(
    'index',
    'Index',
    table(
      [
        { title: 'item', number: true },
        { title: 'local time' },
        { title: 'UTC' },
        { title: 'parties' },
        { title: 'length' },
        { title: 'ids' },
        { title: 'SHA-256' },
        { title: 'review' },
      ],
      numbered(exported).map(({ number, item }) => [
        number,
        item.local,
        html`<a href="#e-${item.recordingId}">${item.utc}</a>`,
        [item.from, item.to].filter((text) => text !== '').join(' to '),
        item.lengthMs === null ? '' : shortLength(item.lengthMs),
        idKinds.flatMap((kind) => (item.ids[kind] === '' ? [] : [`${kind} ${item.ids[kind]}`])).join(', '),
        item.sha256.map((digest) => `${digest.slice(0, 16)}…`).join(' '),
        reviewed(item.recordingId).state,
      ]),
      'data/index.csv',
    ),
  );
}

function custodySection({ custody }: CaseAccount): Html {
  return section(
    'custody',
    'Chain of custody',
    html`<p class="soft">Entries of the archive’s signed audit log about this case and about the bags that contain these recordings.</p>\n`,
    table(
      [{ title: 'entry', number: true }, { title: 'time' }, { title: 'about' }, { title: 'event' }],
      custody.map((entry) => [entry.seq, html`<span class="when">${moment(entry.time)}</span>`, entry.about, custodyWords(entry)]),
      'data/custody.csv',
    ),
  );
}

function contentsSection(holds: readonly string[]): Html {
  return section(
    'contents',
    'Contents',
    bullets(holds),
    html`<p><a href="cover.txt">cover.txt</a> <a href="data/case.json">case.json</a> <a href="data/timeline.csv">timeline.csv</a> <a href="data/gaps.csv">gaps.csv</a> <a href="data/outside.csv">outside.csv</a> <a href="data/index.csv">index.csv</a> <a href="data/scope.csv">scope.csv</a> <a href="data/recordings.csv">recordings.csv</a> <a href="data/messages.csv">messages.csv</a> <a href="data/custody.csv">custody.csv</a></p>\n`,
  );
}

function checkSection(check: Cover['check']): Html {
  return section(
    'check',
    'How to check it',
    ...check.map(({ words: said, command }) => html`<p>${words(said)}${command === null ? nothing : html`<br><code>${lines(command)}</code>`}</p>\n`),
  );
}
