import { stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { payloadBytes } from '../../archive/bag/info.ts';
import type { Archive } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { systemCode } from '../../core/base/error.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { periodText, sizeText } from '../../core/words/quantity.ts';
import type { EnvironmentCheck } from './environment-check.ts';
import type { LogFacts } from './log-facts.ts';

const dayMs = 24 * 3_600_000;
/** Longest period over which growth is measured. An archive younger than a week has no growth yet. */
const growthMs = 90 * dayMs;
const leastAgeMs = 7 * dayMs;
/** Number of newest bags whose size is read: each needs a small file. */
const mostBags = 2_000;
/** Remaining time below which a finding is reported: buying disks takes weeks. */
const warnMs = 30 * dayMs;
/** Space for the log, a report and temporary files, in addition to the bags. */
const leastBytes = 64 * 1024 * 1024;

/** Recent growth of an archive. */
interface Growth {
  readonly bytes: number;
  readonly overMs: number;
  readonly largestBag: number;
}

/** Compares free space with what a run needs, and estimates how long the space will last at the archive's growth. */
export async function checkSpace(archive: Archive, log: LogFacts | null, nowMs: number): Promise<EnvironmentCheck> {
  const { bsize, blocks, bavail, files, ffree } = await statfs(archive.dir);
  const [free, whole] = [bavail * bsize, blocks * bsize];
  const growth = log === null ? null : growthOf(archive, log, nowMs);
  const catalog = await sizeOf(join(archive.dir, 'catalog.sqlite'));
  // A bag is written completely before it lands, and the catalog is updated in one transaction, which may write each page once more.
  const needed = leastBytes + (growth?.largestBag ?? 0) + catalog;
  const lastsMs = growth === null || growth.bytes === 0 || growth.overMs < leastAgeMs ? null : (free / growth.bytes) * growth.overMs;
  const findings: Finding[] = [];
  if (free < needed)
    findings.push(
      finding(
        'P320',
        archive.dir,
        `${sizeText(free)} are free, and ${sizeText(needed)} are needed: a bag of the largest recent size (${sizeText(growth?.largestBag ?? 0)}), a second catalog (${sizeText(catalog)}) and ${sizeText(leastBytes)}`,
      ),
    );
  // File systems with dynamic inodes report a total of 0.
  else if (files > 0 && ffree < 10_000) findings.push(finding('P320', archive.dir, agree`its file system has inodes for only ${ffree} more file[s]`));
  else if (lastsMs !== null && lastsMs < warnMs)
    findings.push(finding('P321', archive.dir, `${sizeText(free)} are free; at its recent growth they last ${periodText(lastsMs)}`));
  return {
    name: 'space',
    said: `${sizeText(free)} free of ${sizeText(whole)}; ${growthText(growth, lastsMs)}`,
    findings,
    facts: {
      freeBytes: free,
      wholeBytes: whole,
      neededBytes: needed,
      freeFiles: files > 0 ? ffree : null,
      grownBytes: growth?.bytes ?? null,
      grownDays: growth === null ? null : growth.overMs / dayMs,
      lastsDays: lastsMs === null ? null : lastsMs / dayMs,
    },
  };
}

function growthText(growth: Growth | null, lastsMs: number | null): string {
  if (growth === null) return 'its growth is unknown';
  const grown = `${sizeText(growth.bytes)} landed in ${periodText(growth.overMs)}`;
  if (growth.bytes === 0) return `nothing landed in ${periodText(growth.overMs)}`;
  return lastsMs === null ? `${grown}, too short a time to estimate how long the space lasts` : `${grown}: it lasts ${periodText(lastsMs)}`;
}

/** Returns the growth; null if the clock is behind the archive. */
function growthOf(archive: Archive, { landed }: LogFacts, nowMs: number): Growth | null {
  const begin = Math.max(Date.parse(archive.createdAt), nowMs - growthMs);
  const recent = landed.filter(({ ms }) => ms >= begin && ms <= nowMs);
  const asked = recent.slice(0, mostBags);
  const from = asked.length < recent.length ? (asked.at(-1)?.ms ?? begin) : begin;
  if (!(from < nowMs)) return null;
  const sizes = asked.map(({ bag }) => payloadBytes(join(archive.dir, 'bags', bag)) ?? 0);
  return {
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    overMs: nowMs - from,
    largestBag: sizes.reduce((most, size) => Math.max(most, size), 0),
  };
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return 0;
  }
}
