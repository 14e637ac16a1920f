import { expect, test } from 'vitest';
import type { LoggedStep } from '../../../src/log/history/logged-step.ts';
import { createLogAccount } from '../../../src/report/statement/log-account.ts';
import { makeStatement } from '../../../src/report/statement/make-statement.ts';
import { statementHead, statementSections } from '../../../src/report/statement/page.ts';
import { statementText } from '../../../src/report/statement/text.ts';

const dayMs = 24 * 3_600_000;
const begin = Date.UTC(2026, 0, 1);
const totals = { bags: 1, recordings: 3, originals: 3, copies: 3, originalBytes: 0, copyBytes: 0, durationMs: 0 };
const strata = [{ codecs: 'gsm', importer: 'asterisk', year: '2019', recordings: 3, withSound: 3, durationMs: 7_200_000 }];

type Step = readonly [day: number, type: string, detail: LoggedStep['detail']];

function statementOf(nowDay: number, ...steps: readonly Step[]) {
  const accounting = createLogAccount(begin + nowDay * dayMs);
  for (const [index, [day, type, detail]] of steps.entries())
    accounting.add({ seq: index + 1, time: new Date(begin + day * dayMs).toISOString(), type, detail });
  return makeStatement(accounting.account(), {
    archive: 'id',
    writtenAt: new Date(begin + nowDay * dayMs).toISOString(),
    log: { size: steps.length, root: 'r', findings: [], key: 'k' },
    unsigned: null,
    catalog: { totals, checks: [], codecs: [], imports: [], unfinished: ['20260101-a'], strata, formats: { kinds: [], bagsWithout: 0 } },
    bags: { decoded: new Map(), held: [] },
    decoders: { codecs: new Map(), ffmpeg: null },
  });
}

const run = (day: number, name: string, ended: LoggedStep['detail'], replica: string | null = null): Step[] => [
  [day, 'verification-started', { run: name, replica, scope: 'due', everyMs: 90 * dayMs, playEveryMs: 5 * dayMs }],
  [day, 'verification-finished', { run: name, replica, complete: true, bags: 1, recordings: 3, errors: 0, unreachable: 0, ...ended }],
];
const begun: Step[] = [
  [0, 'archive-created', { key: 'origin+aaaa1111+AAAA' }],
  [0, 'bag-landed', { bag: '2020/a', recordings: 3 }],
  ...run(1, 'well', {}),
];
const withoutJobs = (statement: ReturnType<typeof statementOf>) => ({ ...statement, catalog: { ...statement.catalog, unfinished: [] } });

test.each([
  ['found faults', { errors: 3 }, 'found 3 faults'],
  ['could not read files', { errors: 2, unreachable: 2 }, 'could not read 2 files'],
  ['was stopped', { complete: false }, 'was stopped before it had read everything'],
])('a last run that %s is stated in the first lines of text and page, and the box is not green', (_what, ended, said) => {
  const failed = withoutJobs(statementOf(3, ...begun, ...run(2, 'bad', ended)));
  const line = `The last verification of the primary archive, on 2026-01-03, ${said}.`;
  expect(failed.headline).toContain('Last success: 2026-01-02');
  expect(statementText(failed).split('\n')[1]).toBe(`NOT WELL: ${line}`);
  expect(statementHead(failed).html).toContain(line);
  expect(statementHead(failed).html).toContain('class="verdict bad"');
  const well = withoutJobs(statementOf(3, ...begun));
  expect(statementHead(well).html).toContain('class="verdict"');
  expect(statementText(well)).not.toContain('NOT WELL');
});

test('so is the last run of a replica, and a night without due work is not a failure', () => {
  const added: Step = [0, 'replica-added', { replica: 'tape', path: '/t', medium: '', everyMs: null }];
  const copied: Step = [1, 'bag-copied', { bag: '2020/a', replica: 'tape' }];
  const replica = statementOf(3, ...begun, added, copied, ...run(2, 'there', { errors: 1 }, 'tape'));
  expect(statementHead(replica).html).toContain('The last verification of replica tape, on 2026-01-03, found 1 fault.');
  const quiet = withoutJobs(statementOf(3, ...begun, ...run(2, 'quiet', { bags: 0, recordings: 0 })));
  expect(statementHead(quiet).html).toContain('class="verdict"');
});

test('overdue verification, decoding, stamps and imports are listed in text and page', () => {
  const stamped: Step = [1, 'checkpoint-stamped', { size: 1, authority: 'A', stampedAt: '2026-01-01', certificateEnds: '2026-02-01T00:00:00Z' }];
  const statement = statementOf(120, ...begun, stamped);
  const lines = [
    'primary: 1 bag not read for more than 90 d; the longest, 2020/a, for 120 d.',
    'primary: 1 bag not decoded for more than 5 d.',
    'The certificate of the last time stamp expired on 2026-02-01, and the stamp was not renewed.',
    'Unfinished imports: 20260101-a.',
  ];
  const page = statementSections(statement).map(({ html }) => html);
  for (const line of lines) {
    expect(statementText(statement)).toContain(line);
    expect(page.join('')).toContain(line);
  }
});

test('user actions: each kind of entry names the keys that signed its first to its last', () => {
  const rotated: Step = [4, 'key-rotated', { key: 'origin+bbbb2222+BBBB' }];
  const { account } = statementOf(9, ...begun, rotated, ...run(5, 'later', {}));
  const keysOf = (type: string) => account.deeds.find((deed) => deed.type === type)?.keys;
  expect(keysOf('bag-landed')).toEqual(['aaaa1111']);
  expect(keysOf('verification-started')).toEqual(['aaaa1111', 'bbbb2222']);
  expect(keysOf('key-rotated')).toEqual(['bbbb2222']);
});

test('the codec register is in text and page: amount, risk, decoder, last decoding', () => {
  const statement = statementOf(3, ...begun);
  expect(statement.codecs).toMatchObject([{ codec: 'gsm', recordings: 3, durationMs: 7_200_000, risk: 'nobody', decoders: [], originals: null }]);
  expect(statementText(statement)).toContain('gsm (gsm): 3 recordings, 2.0 h. Risk: NO DECODER here (this version of longplay does not know it).');
  const [register = ''] = statementSections(statement).flatMap(({ html }) => (html.includes('id="codecs"') ? [html] : []));
  expect(register).toContain('this version of longplay does not know it');
  expect(register).toContain('<td>never</td>');
});
