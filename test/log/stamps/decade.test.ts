import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NewEntry } from '../../../src/log/entries/log-entry.ts';
import type { AgeingRule } from '../../../src/log/stamps/ageing.ts';
import { calendarStamp, stampCalendar } from '../../../src/log/stamps/calendar.ts';
import { checkStamps, type StampReading } from '../../../src/log/stamps/check.ts';
import { addStampFiles } from '../../../src/log/stamps/entries.ts';
import { readEvidence } from '../../../src/log/stamps/evidence-record.ts';
import { rehashStamps, renewStamps } from '../../../src/log/stamps/renewal.ts';
import { stampFile } from '../../../src/log/stamps/store.ts';
import { type StampWork, type StoredStamp, stampCheckpoint } from '../../../src/log/stamps/work.ts';
import { calm } from '../../archive/rig.ts';
import { type Authority, makeAuthority, opensslSays, scratchFolder } from '../authority.ts';
import { rootsOf } from '../stamps.ts';

// Ten years of one archive: a checkpoint stamped each January, the calendar checked each January and July, authorities with certificates of three years. In this future SHA-256
// ends in 2034.
const ageing: readonly AgeingRule[] = [
  { algorithm: 'sha1', belowBits: null, weakFrom: '2014-01-01' },
  { algorithm: 'sha256', belowBits: null, weakFrom: '2034-01-01' },
];
const note = (size: number): Uint8Array => Buffer.from(`longplay/0a0a\n${size}\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n`);

describe('ten years of stamps', () => {
  let authorities: { readonly from: number; readonly authority: Authority }[];
  beforeAll(() => {
    const first = makeAuthority({ from: '2026-01-01', withMiddle: true, rootDays: 9000, middleDays: 4500 });
    authorities = [
      { from: 2026, authority: first },
      { from: 2028, authority: makeAuthority({ from: '2028-01-01', below: first, key: 'rsa:3072' }) },
      { from: 2030, authority: makeAuthority({ from: '2030-01-01', below: first }) },
      // Before the digest ends, authorities change over to a stronger one.
      ...[2032, 2034, 2036].map((from) => ({
        from,
        authority: makeAuthority({ from: `${from}-01-01`, name: `New ${from}`, digest: 'sha512', certificateDigest: 'sha512' }),
      })),
    ];
  });

  /** Simulates ten years; `isDown` states when nobody renews the stamps. */
  async function live(
    isDown: (year: number) => boolean,
  ): Promise<{ readonly dir: string; readonly done: string[]; check(at: string): Promise<StampReading[]> }> {
    const dir = scratchFolder();
    mkdirSync(join(dir, 'log'));
    const roots = rootsOf(...authorities.map(({ authority }) => authority));
    const entries: NewEntry[] = [];
    const done: string[] = [];
    const check = async (at: string): Promise<StampReading[]> => {
      const entered = new Map<string, string>();
      for (const entry of entries) addStampFiles(entered, entry);
      const readings: StampReading[] = [];
      for await (const item of checkStamps(
        { dir },
        { roots, nowMs: Date.parse(at), ageing, fits: async () => null, fitsList: async () => null, entered },
        calm,
      )) {
        if (item.kind === 'finding') throw new Error(item.message);
        readings.push(item);
      }
      return readings;
    };
    for (let year = 2026; year <= 2036; year++) {
      for (const day of [`${year}-01-15`, `${year}-07-15`]) {
        if (isDown(year)) continue;
        const { authority } = authorities.findLast(({ from }) => from <= year) ?? { authority: makeAuthority() };
        const work: StampWork = { authority: authority.program(day), roots, policy: null, nowMs: Date.parse(day), timeoutMs: null, ageing };
        const enter = ({ size, entry }: StoredStamp): void => {
          if (entry === null) return;
          entries.push(entry);
          done.push(`${day.slice(0, 7)} ${entry.type} ${size}`);
        };
        if (day.endsWith('01-15') && year <= 2032) {
          const answer = await stampCheckpoint({ dir }, { size: year - 2000, bytes: note(year - 2000) }, 'sha256', work, calm);
          if (answer.kind === 'finding') throw new Error(answer.message);
          enter(answer);
        }
        // As a timer would do it: only what is due.
        const due = dueOn(await check(day), day).filter(({ state }) => state === 'due');
        const rehash = new Set(due.filter(({ renewal }) => renewal === 'hash-tree').map(({ size }) => size));
        const renew = new Set(due.flatMap(({ size, renewal }) => (renewal === 'time-stamp' && !rehash.has(size) ? [size] : [])));
        for await (const one of renewStamps({ dir }, renew, work, calm)) if (one.kind === 'stamp-done') enter(one);
        for await (const one of rehashStamps(
          { dir },
          rehash,
          { digest: 'sha512', listOf: async (size) => Buffer.from(`digests of ${size}`) },
          work,
          calm,
        ))
          if (one.kind === 'stamp-done') enter(one);
      }
    }
    return { dir, done, check };
  }

  function dueOn(readings: readonly StampReading[], day: string): ReturnType<typeof stampCalendar> {
    const stamps = readings.flatMap(({ size, evidence }) => (evidence === null ? [] : [calendarStamp(size, evidence)]));
    return stampCalendar(stamps, Date.parse(day), { ageing });
  }

  it('with each renewal in time every stamp of every year is still verified, by longplay and by openssl', async () => {
    const { dir, done, check } = await live(() => false);
    const readings = await check('2036-12-31');
    expect(readings.map(({ size, findings, entry }) => [size, findings, entry])).toEqual(
      [26, 27, 28, 29, 30, 31, 32].map((size) => [size, [], null]),
    );
    expect(readings.map(({ evidence }) => evidence?.stamps[0].stampedAt.slice(0, 10))).toEqual(
      [26, 27, 28, 29, 30, 31, 32].map((year) => `20${year}-01-15`),
    );
    expect(readings.every(({ evidence }) => evidence?.digests.join() === 'sha512')).toBe(true);
    expect(dueOn(readings, '2036-12-31').filter(({ state }) => state === 'lost')).toEqual([]);
    // Renewed in time, and not at every opportunity.
    for (const size of [26, 29, 32]) expect(done.filter((one) => one.endsWith(` ${size}`)).length).toBeLessThanOrEqual(8);
    expect(done.filter((one) => one.includes('evidence-rehashed')).length).toBe(7);
    const chains = readEvidence(readFileSync(join(dir, stampFile(26, 'ers')))).chains;
    expect(chains.length).toBe(2);
    const folder = scratchFolder();
    const roots = join(folder, 'roots.pem');
    writeFileSync(roots, authorities.map(({ authority }) => readFileSync(authority.rootFile, 'utf8')).join(''));
    const middle = authorities[0]?.authority.middleFile ?? '';
    for (const [index, reading] of (readings[0]?.evidence?.stamps ?? []).entries()) {
      writeFileSync(join(folder, 'token'), reading.token);
      // Each stamp by itself, at its own time: its imprint is right, and its chain leads to a root.
      const text = opensslSays(['ts', '-reply', '-in', join(folder, 'token'), '-token_in', '-text'], '2036-01-01').said;
      const imprint = (text.match(/^ {4}[0-9a-f]{4} - ([0-9a-f -]{47})/gm) ?? []).map((line) => line.slice(11).replaceAll(/[^0-9a-f]/g, '')).join('');
      const { said } = opensslSays(
        ['ts', '-verify', '-digest', imprint, '-in', join(folder, 'token'), '-token_in', '-CAfile', roots, '-untrusted', middle],
        reading.stampedAt.slice(0, 10),
      );
      expect(`${index} ${said}`).toContain('Verification: OK');
    }
    expect(readdirSync(join(dir, 'log/stamps')).length).toBe(7 * 4);
  });

  it('without renewals for three years the missed renewal is reported, and later stamps are valid', async () => {
    const { check } = await live((year) => year >= 2028 && year <= 2030);
    const readings = await check('2032-07-31');
    // Certificates of 2026 ended on the last day of 2028.
    expect(readings.map(({ size, findings }) => [size, findings.map(({ code, place }) => `${code} ${place}`)])).toEqual([
      [26, ['L232 log/stamps/000000000026.ers']],
      [27, ['L232 log/stamps/000000000027.ers']],
      [31, []],
      [32, []],
    ]);
  });

  it('without a renewal when the digest ended, every earlier stamp is lost and reported', async () => {
    const { check } = await live((year) => year >= 2033);
    const codes = (await check('2034-06-30')).map(({ findings }) => findings.map(({ code }) => code));
    expect(codes.every(([code]) => code === 'L209')).toBe(true);
    expect(codes.length).toBe(7);
  });
});
