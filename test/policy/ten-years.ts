import type { LogEntry } from '../../src/log/entries/log-entry.ts';
import type { EntryDetails } from '../../src/log/who/entry-details.ts';
import { createJudge, type Judgement, type KeepingFacts } from '../../src/policy/judge.ts';
import { protectionOf } from '../../src/policy/protection.ts';
import { isActive } from '../../src/policy/read-keeping.ts';
import { createKeepingLog } from '../../src/policy/state/keeping-log.ts';
import type { KeepingRow } from '../../src/store/catalog/keeping-row.ts';

// Ten years of an archive by a clock of the test: imports, policies, holds and their releases at random, and deletions as the plan allows. What must hold is followed here with means of its own: a
// promise is a moment that only grows, a hold is a mark on a recording.

const dayMs = 86_400_000;
const beginMs = Date.UTC(2020, 0, 15);
const stepDays = 20;
const steps = Math.ceil(3_653 / stepDays);

/** A rule as the test makes it. */
interface SimpleRule {
  readonly name: string;
  readonly keepDays: number | null;
  readonly removeDays: number | null;
  readonly from: 'start' | 'import';
  readonly direction: string | null;
  readonly site: string | null;
}

/** A recording as the test follows it. */
interface Followed {
  readonly row: KeepingRow;
  readonly importedMs: number;
  /** Latest possible start; null: unknown. */
  readonly latestMs: number | null;
  /** Epoch ms before which it must not go: it only grows. */
  promisedMs: number;
  readonly holds: Set<string>;
  readonly hasRecorderHold: boolean;
}

/** A change of what a judge is given, by which the property must fail. */
export type Mutation = (facts: KeepingFacts) => KeepingFacts;

/** What a run found. */
export interface TenYears {
  /** What was not as it must be, in words; empty: all was. */
  readonly wrong: readonly string[];
  readonly imported: number;
  readonly deleted: number;
  readonly deferred: number;
  readonly conflicts: number;
}

/** A small generator of numbers (mulberry32): the same seed gives the same ten years. */
function numbersOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Runs ten years. One function: the archive, its log and its followed truth change together. */
export async function tenYears(seed: number, mutate: Mutation = (facts) => facts): Promise<TenYears> {
  const random = numbersOf(seed);
  const upTo = (count: number): number => Math.floor(random() * count);
  const one = <Value>(values: readonly Value[]): Value => values[upTo(values.length)] as Value; // never empty here
  const [wrong, alive, entries] = [[] as string[], new Map<string, Followed>(), [] as LogEntry[]];
  const details = new Map<number, EntryDetails>();
  const activeHolds = new Map<string, { readonly follows: string | null }>();
  let rules: readonly SimpleRule[] = [];
  let [nowMs, versions, bags, deleted, imported, deferred, conflicts] = [beginMs, 0, 0, 0, 0, 0, 0];
  const log = createKeepingLog({ of: async ({ seq }) => details.get(seq) ?? null });
  const enter = async (type: string, detail: LogEntry['detail'], beside: EntryDetails = {}): Promise<void> => {
    const entry: LogEntry = { kind: 'log-entry', seq: entries.length + 1, time: new Date(nowMs).toISOString(), type, detail };
    entries.push(entry);
    details.set(entry.seq, beside);
    await log.take(entry);
  };
  const importSome = async (): Promise<void> => {
    const bag = `2020/bag-${++bags}`;
    await enter('bag-landed', { bag });
    for (let count = 1 + upTo(3); count > 0; count--) {
      const id = `00000000-0000-4000-8000-${String(++imported).padStart(12, '0')}`;
      const kind = random();
      const latestMs = kind < 0.15 ? null : nowMs - upTo(700) * dayMs - upTo(dayMs);
      const earliest = latestMs === null ? null : kind < 0.3 ? latestMs - 26 * 3_600_000 : latestMs;
      const hasRecorderHold = random() < 0.05;
      const row: KeepingRow = {
        recordingId: id,
        bag,
        revision: 1,
        importer: 'asterisk',
        site: one(['north', 'south']),
        start: earliest === null ? null : new Date(earliest).toISOString(),
        earliest,
        latest: latestMs,
        latestEnd: latestMs,
        direction: one(['inbound', 'outbound']),
        status: 'matched',
        groupId: null,
        labels: '',
        keys: '',
        retention: hasRecorderHold ? '{"hold":"Y"}' : '',
      };
      const followed: Followed = { row, importedMs: nowMs, latestMs, promisedMs: 0, holds: new Set(), hasRecorderHold };
      promise(followed, rules);
      alive.set(id, followed);
    }
  };
  const setPolicy = async (): Promise<void> => {
    rules = Array.from({ length: 1 + upTo(3) }, (_, at): SimpleRule => {
      const keepDays = random() < 0.7 ? 30 * upTo(60) : null;
      const removeDays = random() < 0.7 ? 30 * (1 + upTo(70)) : null;
      const direction = random() < 0.5 ? one(['inbound', 'outbound']) : null;
      return {
        name: `rule-${at}`,
        keepDays,
        removeDays,
        from: random() < 0.8 ? 'start' : 'import',
        direction,
        site: random() < 0.3 ? 'north' : null,
      };
    });
    const file = rules.map(({ name, keepDays, removeDays, from, direction, site }) => ({
      name,
      basis: 'a test',
      from,
      ...(keepDays === null ? {} : { keep: `${keepDays}d` }),
      ...(removeDays === null ? {} : { delete: `${removeDays}d` }),
      when: { ...(direction === null ? {} : { direction }), ...(site === null ? {} : { site }) },
    }));
    await enter('retain', { version: ++versions, rules: rules.length, policyMark: `mark-${versions}` });
    await enter('retain-rules', { version: versions }, { policy: JSON.stringify({ zone: 'UTC', rule: file }), text: `file ${versions}` });
    for (const followed of alive.values()) promise(followed, rules);
  };
  const hold = async (): Promise<void> => {
    const id = `${activeHolds.size}${entries.length}`.padStart(12, '0');
    const follows = random() < 0.3 ? one(['inbound', 'outbound']) : null;
    const covered = [...alive.values()].filter(({ row }) => (follows === null ? random() < 0.3 : row.direction === follows));
    for (const { holds } of covered) holds.add(id);
    activeHolds.set(id, { follows });
    const recordings = covered.map(({ row }) => row.recordingId);
    await enter('hold', { hold: id, recordings: recordings.length, parts: 1, following: follows !== null });
    await enter(
      'hold-list',
      { hold: id, part: 1, recordings: recordings.length },
      { recordings, ...(follows === null ? {} : { query: `{"direction":"${follows}"}` }) },
    );
  };
  const release = async (): Promise<void> => {
    const id = one([...activeHolds.keys()]);
    activeHolds.delete(id);
    for (const { holds } of alive.values()) holds.delete(id);
    await enter('release', { hold: id });
  };
  const judgeAll = (): void => {
    const holds = log.holds().filter((each) => isActive(each, nowMs));
    // As `readKeeping` does with the catalog.
    for (const { query, list } of holds)
      if (query !== null) for (const { row } of alive.values()) if (row.direction === JSON.parse(query).direction) list.add(row.recordingId);
    const facts: KeepingFacts = { holds, versions: log.versions(), landings: log.landings(), tags: new Map(), unreadable: [], nowMs };
    const judge = createJudge(mutate(facts), () => ({ rows: [], bags: [], isWhole: true }));
    for (const followed of alive.values()) {
      for (const [id, { follows }] of activeHolds) if (follows === followed.row.direction) followed.holds.add(id);
      const judgement = judge(followed.row);
      if (judgement.conflict) conflicts++;
      if (judgement.state === 'deferred') deferred++;
      wrong.push(
        ...faultsOf(followed, judgement, rules, nowMs).map(
          (what) => `seed ${seed}, ${new Date(nowMs).toISOString()}, ${followed.row.recordingId}: ${what}`,
        ),
      );
      // Nobody deletes at every chance.
      if (judgement.state !== 'due' || random() < 0.3) continue;
      alive.delete(followed.row.recordingId);
      deleted++;
    }
  };
  for (let step = 0; step < steps && wrong.length === 0; step++, nowMs = beginMs + step * stepDays * dayMs) {
    if (random() < 0.5) await importSome();
    if (step === 3 || random() < 0.03) await setPolicy();
    if (random() < 0.05) await hold();
    if (activeHolds.size > 0 && random() < 0.06) await release();
    judgeAll();
  }
  return { wrong, imported, deleted, deferred, conflicts };
}

/** A promise never shrinks. */
function promise(followed: Followed, rules: readonly SimpleRule[]): void {
  for (const rule of rules)
    if (isAbout(rule, followed) && rule.keepDays !== null) followed.promisedMs = Math.max(followed.promisedMs, endOf(followed, rule, rule.keepDays));
}

function isAbout({ direction, site }: SimpleRule, { row }: Followed): boolean {
  return (direction === null || direction === row.direction) && (site === null || site === row.site);
}

/** The end of the last day, in UTC; counted from the import where the start is unknown. */
function endOf({ latestMs, importedMs }: Followed, { from }: SimpleRule, days: number): number {
  const eventMs = from === 'import' || latestMs === null ? importedMs : latestMs;
  return (Math.floor(eventMs / dayMs) + days + 1) * dayMs;
}

/** Returns what is wrong with a judgement. */
function faultsOf(followed: Followed, judgement: Judgement, rules: readonly SimpleRule[], nowMs: number): string[] {
  const wrong: string[] = [];
  const isProtected = nowMs < followed.promisedMs || followed.holds.size > 0 || followed.hasRecorderHold;
  for (const ground of ['retention', 'subject-request', 'court-order', 'error'] as const)
    if (isProtected && protectionOf(judgement, ground).reasons.length === 0) wrong.push(`it may be deleted by ${ground} although it is protected`);
  if (isProtected && judgement.state === 'due') wrong.push('it is due although it is protected');
  const demanded = rules.flatMap((rule) => (isAbout(rule, followed) && rule.removeDays !== null ? [endOf(followed, rule, rule.removeDays)] : []));
  const isPast = demanded.some((ms) => ms <= nowMs);
  if (isPast && !isProtected && judgement.state !== 'due') wrong.push(`it is past its time, nothing protects it, and it is ${judgement.state}`);
  if (isPast && isProtected && judgement.reasons.length === 0) wrong.push('it is kept after its time without a reason');
  if (!isPast && (judgement.state === 'due' || judgement.state === 'deferred')) wrong.push('its deletion is demanded before its time');
  for (const reason of judgement.reasons) {
    if (reason.kind === 'hold' && !followed.holds.has(reason.hold)) wrong.push('a hold is named that does not cover it');
    if (reason.kind === 'not-before' && reason.bound.atMs !== followed.promisedMs) wrong.push('a not-before is named that nobody promised');
    if (reason.kind === 'recorder-hold' && !followed.hasRecorderHold) wrong.push('a hold of the recorder is named that it did not state');
  }
  return wrong;
}
