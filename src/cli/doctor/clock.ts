import { stat } from 'node:fs/promises';
import type { Archive } from '../../archive/layout.ts';
import { systemCode } from '../../core/base/error.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { periodText } from '../../core/words/quantity.ts';
import type { EnvironmentCheck } from './environment-check.ts';
import type { LogFacts } from './log-facts.ts';
import { ask } from './programs.ts';

/** An event that must lie in the past, and its time. */
interface Past {
  readonly what: string;
  readonly ms: number;
}

/** Allowed difference between clocks. Those of machines that share an archive differ by seconds. */
const toleranceMs = 60_000;

/**
 * Checks the machine's clock: known events must be in the past, and the clock should be synchronised over the network.
 * @param programs files that were made in the past: Node.js, longplay
 */
export async function checkClock(
  archive: Archive,
  log: LogFacts | null,
  programs: readonly string[],
  { nowMs, env }: { readonly nowMs: number; readonly env: NodeJS.ProcessEnv },
): Promise<EnvironmentCheck> {
  const past: Past[] = [{ what: 'the newest entry of the log', ms: log?.newestMs ?? Date.parse(archive.createdAt) }];
  for (const file of programs) {
    const ms = await madeMs(file);
    if (ms !== null) past.push({ what: `the making of ${file}`, ms });
  }
  const findings: Finding[] = [];
  const [latest] = past.sort((a, b) => b.ms - a.ms);
  if (latest !== undefined && latest.ms > nowMs + toleranceMs)
    findings.push(
      finding('P330', 'clock', `it says ${isoSeconds(nowMs)}, ${periodText(latest.ms - nowMs)} before ${latest.what} (${isoSeconds(latest.ms)})`),
    );
  // timedatectl(1) reports the kernel's state (adjtimex(2)), for systemd-timesyncd, chrony and ntpd alike.
  const said = await ask('timedatectl', ['show', '--property=NTPSynchronized', '--value'], env);
  const synchronised = said?.trim() === 'yes' ? true : said?.trim() === 'no' ? false : null;
  if (synchronised === false) findings.push(finding('P331', 'clock', 'it is not synchronised with the network (NTPSynchronized=no)'));
  const follows =
    synchronised === null
      ? 'whether it is synchronised with the network is unknown'
      : synchronised
        ? 'synchronised with the network'
        : 'NOT synchronised with the network';
  return {
    name: 'clock',
    said: `${isoSeconds(nowMs)}; ${follows}`,
    findings,
    facts: { now: new Date(nowMs).toISOString(), notBefore: latest === undefined ? null : new Date(latest.ms).toISOString(), synchronised },
  };
}

function isoSeconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

async function madeMs(file: string): Promise<number | null> {
  try {
    return (await stat(file)).mtimeMs;
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return null;
  }
}
