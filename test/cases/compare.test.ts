import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { temporaryFolder } from '../../src/archive/files/temporary-folder.ts';
import { createAnswerer } from '../../src/cases/compare/answer-row.ts';
import { type AnsweredRow, openAnswers } from '../../src/cases/compare/answers.ts';
import { readList } from '../../src/cases/compare/list-rows.ts';
import { memoryReader } from '../../src/core/base/bytes.ts';
import type { People, RegisteredValue } from '../../src/core/identity/people.ts';
import type { Party } from '../../src/core/model/recording.ts';
import type { RecordingDocument } from '../../src/core/model/recording-document.ts';
import { openCatalog } from '../../src/store/catalog/catalog.ts';
import { catalogEntry } from '../../src/store/catalog/catalog-entry.ts';
import { parsePhone } from '../../src/tables/values/phone.ts';
import { parseTime } from '../../src/tables/values/time.ts';
import { plainDocument } from '../archive/plain-document.ts';
import { root } from '../cli/rig.ts';

// An estate of two sites over the night in which the clocks were put back. Its generator decides what was recorded, what is in the case and what the rows of the lists mean; the
// answers are compared with these facts only.

const folder = mkdtempSync(join(temporaryFolder(), 'longplay-compare-'));
afterAll(() => rmSync(folder, { recursive: true }));

const landed = 'samples/archives/format-1/bags/2019/20191027-13b11223dcf2784d/data/8e71751d-3d37-855a-aea8-700daddb4699/recording.json';
const [medium] = (JSON.parse(readFileSync(join(root, landed), 'utf8')) as RecordingDocument).media;

function createDice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

interface Trader {
  readonly id: string;
  readonly name: string;
  readonly site: 'sto' | 'ldn';
  readonly extension: string;
}

/** A call as it took place. */
interface Call {
  readonly trader: Trader;
  readonly customer: string;
  readonly startMs: number;
  readonly seconds: number;
  readonly callId: string;
  /** Id of its recording; null if there is none. */
  readonly recordingId: string | null;
  readonly hasSound: boolean;
  readonly isInCase: boolean;
}

const beginMs = Date.UTC(2025, 9, 25, 22);
const traders: readonly Trader[] = [
  { id: 'agent-1', name: 'Ann Berg', site: 'sto', extension: '1001' },
  { id: 'agent-2', name: 'Bo Ekström', site: 'sto', extension: '1002' },
  { id: 'agent-3', name: 'Alex Lind', site: 'sto', extension: '1003' },
  { id: 'agent-4', name: 'Alex Lind', site: 'ldn', extension: '1001' },
  { id: 'agent-5', name: 'Cy Young', site: 'ldn', extension: '1002' },
  { id: 'agent-6', name: 'Di Fox', site: 'ldn', extension: '1005' },
];

const bound = (fromMs: number | null, toMs: number | null) => ({ fromMs, toMs });
const register: People = {
  lines: [],
  countries: { sto: '46', ldn: '44' },
  persons: traders.map(({ id, name, site, extension }) => {
    const values: RegisteredValue[] = [
      { kind: 'name', text: name, period: null, site: null, place: 'names 1' },
      { kind: 'id', text: id, period: null, site: null, place: 'ids 1' },
      { kind: 'extension', text: extension, period: bound(null, null), site, place: 'extensions 1' },
    ];
    return { key: id, values };
  }),
};

const numbers = [...Array.from({ length: 6 }, (_, n) => `+4670174060${n}`), ...Array.from({ length: 6 }, (_, n) => `+44770090001${n}`)];

/** Writes a number as the exchange of a site may write it. */
function spelled(number: string, site: Trader['site'], dice: (below: number) => number): string | null {
  const country = site === 'sto' ? '46' : '44';
  const inside = number.startsWith(`+${country}`) ? `0${number.slice(1 + country.length)}` : number;
  return [number, number.replace('+', '00'), inside, `${inside.slice(0, 3)}-${inside.slice(3)}`, `${number.slice(0, -4)}xxxx`, null][dice(6)] ?? null;
}

function makeEstate(seed: number): { readonly calls: readonly Call[]; readonly documents: readonly RecordingDocument[] } {
  const dice = createDice(seed);
  const calls: Call[] = [];
  const documents: RecordingDocument[] = [];
  for (const trader of traders) {
    let clock = beginMs + dice(600) * 1_000;
    for (let n = 0; n < 24; n++) {
      const seconds = 10 + dice(120);
      const startMs = clock;
      clock += (seconds + 20 + dice(300)) * 1_000;
      // One customer is called repeatedly.
      const customer = numbers[dice(3) === 0 ? 0 : dice(numbers.length)] ?? '';
      const number = calls.length;
      const isRecorded = dice(100) < 85;
      const hasSound = dice(100) < 95;
      const document = documentOf(number, trader, spelled(customer, trader.site, dice), startMs, seconds, `UCID-${8_000_000 + number}`, hasSound);
      if (isRecorded) documents.push(document);
      const isInCase = isRecorded && dice(100) < 70;
      const recordingId = isRecorded ? document.recordingId : null;
      calls.push({ trader, customer, startMs, seconds, callId: `UCID-${8_000_000 + number}`, recordingId, hasSound, isInCase });
    }
  }
  return { calls, documents };
}

function documentOf(
  number: number,
  { id, name, site, extension }: Trader,
  customer: string | null,
  startMs: number,
  seconds: number,
  callId: string,
  hasSound: boolean,
): RecordingDocument {
  // One system writes local time, which is ambiguous in the DST fold; the other writes UTC and no names.
  const local = new Date(startMs).toLocaleString('sv', { timeZone: 'Europe/Stockholm' });
  const callStart =
    site === 'sto'
      ? parseTime(local, { format: 'iso', zone: 'Europe/Stockholm' })
      : parseTime(new Date(startMs).toISOString(), { format: 'iso', zone: null });
  const party = (role: Party['role'], phone: string | null, more: Partial<Party> = {}): Party => ({
    ...{ role, phone: phone === null ? null : parsePhone(phone), name: null, agentId: null, device: null },
    ...more,
  });
  const base = plainDocument(number, {
    callStart,
    durationDeclared: { ms: seconds * 1_000, raw: String(seconds), unit: 's' },
    parties: [party('caller', customer), party('agent', extension, site === 'sto' ? { name, agentId: id } : {})],
    correlation: [{ name: 'ucid', value: callId }],
    reconciliation: { status: hasSound ? 'matched' : 'row-without-audio', rule: 'made' },
  });
  if (medium?.measurement == null) throw new Error('no medium');
  const media = hasSound ? [{ ...medium, audioStart: null, measurement: { ...medium.measurement, durationMs: seconds * 1_000 } }] : [];
  return { ...base, site, media };
}

/** A row and its meaning. */
interface Meant {
  readonly cells: readonly string[];
  /** Null: a time at which the trader was in no call. */
  readonly call: Call | null;
}

/** Every call as an exchange records it, with a clock error of up to fifteen seconds. */
function cdrRows(calls: readonly Call[], dice: (below: number) => number): Meant[] {
  return calls.map((call) => {
    const { trader, customer, startMs, callId } = call;
    const start = new Date(startMs + (dice(31) - 15) * 1_000).toISOString();
    return { cells: [start, customer, trader.extension, trader.site, dice(5) === 0 ? callId : ''], call };
  });
}

/** Orders of traders, by an exact clock: during calls, and between them. */
function orderRows(calls: readonly Call[], dice: (below: number) => number): Meant[] {
  return calls.flatMap((call, n) => {
    const { trader, customer, startMs, seconds } = call;
    const next = calls[n + 1];
    const within = startMs + dice(seconds) * 1_000;
    const row = (ms: number, of: Call | null): Meant => ({
      cells: [new Date(ms).toISOString(), [trader.id, trader.name][dice(2)] ?? '', dice(2) === 0 ? customer : ''],
      call: of,
    });
    const isFree = next !== undefined && next.trader === trader && next.startMs - startMs > (seconds + 40) * 1_000;
    return [row(within, call), ...(isFree ? [row(startMs + (seconds + 15) * 1_000, null)] : [])];
  });
}

async function answersTo(
  header: string,
  rows: readonly Meant[],
  { calls, documents }: ReturnType<typeof makeEstate>,
  name: string,
): Promise<readonly AnsweredRow[]> {
  const dir = join(folder, name);
  const bag = '2025/bag';
  for (const document of documents) {
    const at = join(dir, 'bags', bag, 'data', document.recordingId);
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, 'recording.json'), JSON.stringify(document));
  }
  const catalog = openCatalog(join(dir, 'catalog.sqlite'));
  const answers = openAnswers(dir);
  try {
    catalog.putBag(
      bag,
      documents.map((one) => catalogEntry(one)),
    );
    const members = calls.flatMap(({ isInCase, recordingId }) => (isInCase && recordingId !== null ? [{ recordingId, reasons: [] }] : []));
    const { signal } = new AbortController();
    const answer = createAnswerer(
      { archive: { dir }, catalog },
      { country: '46', recordings: members },
      { people: register, toleranceMs: 60_000, isOneSite: false, notIndexed: { missingBags: 0, leftOutBags: 0 } },
      signal,
    );
    const text = `${[header, ...rows.map(({ cells }) => cells.join(';'))].join('\r\n')}\r\n`;
    const reading = { columns: [], timeFormat: 'iso', zoneOf: () => null, siteOf: (site: string) => site, place: 'list.csv', scratch: dir };
    for await (const item of readList(memoryReader(Buffer.from(text, 'utf16le'), 'list.csv'), reading, signal))
      if (item.kind === 'row') answers.add(item, item.problem === null ? answer(item) : { ...nothing, why: [item.problem] });
    return [...answers.all()];
  } finally {
    answers.close();
    catalog.close();
  }
}
const nothing = { outcome: 'unread', why: [], inCase: [], inArchive: [], perhaps: [], rivals: [], isClaim: false } as const;

/** Returns the errors of the answers, and how many answers are useful. */
function judged(
  rows: readonly Meant[],
  answers: readonly AnsweredRow[],
): { readonly wrong: unknown[]; readonly lost: unknown[]; readonly sure: number } {
  const [wrong, lost]: [unknown[], unknown[]] = [[], []];
  let sure = 0;
  for (const [n, { call, cells }] of rows.entries()) {
    const answer = answers[n];
    if (answer === undefined) throw new Error('a row has no answer');
    const truth = call?.recordingId ?? null;
    const certain = [...answer.inCase, ...answer.inArchive];
    const should = truth === null ? 'missing' : call?.hasSound === false ? 'missing' : call?.isInCase === true ? 'found' : 'outside';
    if (
      certain.some((id) => id !== truth) ||
      (answer.outcome !== 'perhaps' && answer.outcome !== should && !(truth !== null && certain.length === 0))
    )
      wrong.push([cells, call, answer]);
    if (truth !== null && !certain.includes(truth) && !answer.perhaps.includes(truth)) lost.push([cells, call, answer]);
    if (answer.outcome === should) sure++;
  }
  return { wrong, lost, sure };
}

test.each([1, 2])('in a list of all calls no certain match is a wrong call, and no recorded call is lost (%i)', async (seed) => {
  const estate = makeEstate(seed);
  const rows = cdrRows(estate.calls, createDice(seed + 100));
  const answers = await answersTo('Start;From;To;Site;UCID', rows, estate, `cdr-${seed}`);
  const { wrong, lost, sure } = judged(rows, answers);
  expect([wrong.length, lost.length, wrong.slice(0, 3), lost.slice(0, 3)]).toEqual([0, 0, [], []]);
  expect(answers).toHaveLength(rows.length);
  expect(sure / rows.length).toBeGreaterThan(0.85);
});

test.each([1, 2])(
  'in a list of orders no certain match is a call in which the order was not given, and no order given in a recorded call is lost (%i)',
  async (seed) => {
    const estate = makeEstate(seed);
    const rows = orderRows(estate.calls, createDice(seed + 200));
    const answers = await answersTo('Order Time;Trader;Client', rows, estate, `orders-${seed}`);
    const { wrong, lost, sure } = judged(rows, answers);
    expect([wrong.length, lost.length, wrong.slice(0, 3), lost.slice(0, 3)]).toEqual([0, 0, [], []]);
    // A third of the traders have a namesake, and a quarter of the calls are in the ambiguous hour.
    expect(sure / rows.length).toBeGreaterThan(0.35);
  },
);
