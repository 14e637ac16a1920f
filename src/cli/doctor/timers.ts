import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../../core/base/error.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { periodText } from '../../core/words/quantity.ts';
import { shellWord } from '../../core/words/shell-word.ts';
import { settingWord } from '../../verify/schedule/unit-words.ts';
import type { EnvironmentCheck } from './environment-check.ts';
import type { LogFacts } from './log-facts.ts';
import { ask } from './programs.ts';

/** A systemd timer or crontab line that runs `verify` or `watch` for an archive. */
export interface Timer {
  readonly runs: 'verify' | 'watch';
  /** Systemd unit, or file and line of a crontab. */
  readonly where: string;
  /** Null: unknown, because cron does not say. */
  readonly active: boolean | null;
  /** Time of the last run in epoch ms; null: never, or unknown. */
  readonly lastRunMs: number | null;
  /** Last result of the systemd service, e.g. `success` or `exit-code`; null: unknown. */
  readonly result: string | null;
  readonly exitStatus: number | null;
  /** Why the timer does not run although it exists; null: no known reason. */
  readonly idle: string | null;
}

/** Default of `longplay watch` for the age of the last verification. */
const mostAgeMs = 8 * 24 * 3_600_000;

/** Places of crontabs (cron(8) of Debian). */
export const cronPlaces = { folder: '/etc/cron.d', files: ['/etc/crontab'] } as const;

/** Checks systemd timers and crontab lines that verify or watch an archive, and when a verification last finished. */
export async function checkTimers(
  dir: string,
  log: LogFacts | null,
  { nowMs, env }: { readonly nowMs: number; readonly env: NodeJS.ProcessEnv },
  places: { readonly folder: string; readonly files: readonly string[] } = cronPlaces,
): Promise<EnvironmentCheck> {
  const timers = [...(await systemdTimers(dir, env)), ...(await cronTimers(dir, env, places))];
  const findings = timers.flatMap((timer) => [...doubtsOf(dir, timer)]);
  const verifiedMs = log?.verifiedMs ?? null;
  const isLate = verifiedMs === null || nowMs - verifiedMs > mostAgeMs;
  const verifies = timers.some(({ runs, idle }) => runs === 'verify' && idle === null);
  const last =
    verifiedMs === null ? 'no verification has finished yet' : `the last verification ended ${periodText(Math.max(0, nowMs - verifiedMs))} ago`;
  // Another machine may run the timer: the log shows whether any machine verifies.
  if (!verifies && isLate)
    findings.push(finding('P332', dir, `no timer and no crontab of this machine verifies it, and ${last}: longplay schedule ${shellWord(dir)}`));
  if (verifies && isLate) findings.push(finding('P334', dir, `a timer exists, and ${last}`));
  return {
    name: 'timers',
    said: `${timers.length === 0 ? 'none found here' : timers.map(timerText).join('; ')}; ${last}`,
    findings,
    facts: { timers, lastVerification: verifiedMs === null ? null : new Date(verifiedMs).toISOString() },
  };
}

function* doubtsOf(dir: string, { runs, where, idle, result, exitStatus, lastRunMs }: Timer): Generator<Finding> {
  if (idle !== null) yield finding('P333', dir, `${where}, which runs ${runs}, ${idle}`);
  else if (result !== null && result !== 'success')
    yield finding(
      'P335',
      dir,
      `the last run of ${where} (${runs}${lastRunMs === null ? '' : `, ${isoMinutes(lastRunMs)}`}) ended with ${result}, exit status ${exitStatus}: journalctl -u ${where.replace(/\.timer$/, '.service')}`,
    );
}

function timerText({ runs, where, lastRunMs }: Timer): string {
  return `${runs} by ${where}${lastRunMs === null ? '' : `, last run ${isoMinutes(lastRunMs)}`}`;
}

function isoMinutes(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16)}Z`;
}

/** Output of `systemctl show` for several units (systemctl(1)): `Name=value` lines, an empty line between units. */
type Unit = Readonly<Record<string, string>>;

async function showUnits(names: readonly string[], properties: readonly string[], env: NodeJS.ProcessEnv): Promise<Unit[]> {
  const said = await ask('systemctl', ['show', `--property=${properties.join(',')}`, '--', ...names], env);
  return (said ?? '')
    .split('\n\n')
    .map((block) =>
      Object.fromEntries(
        block.split('\n').flatMap((line) => {
          const at = line.indexOf('=');
          return at < 1 ? [] : [[line.slice(0, at), line.slice(at + 1)]];
        }),
      ),
    )
    .filter((unit) => unit.Id !== undefined);
}

async function systemdTimers(dir: string, env: NodeJS.ProcessEnv): Promise<Timer[]> {
  // A pattern of `show` finds only loaded units; units that are installed but disabled are found among the files. A template
  // (`longplay-verify@.timer`) is not a unit: `show` would fail for it and for all others in the same call. The pattern finds its instances.
  const files = (await ask('systemctl', ['list-unit-files', '--no-legend', '--plain', 'longplay-*.timer'], env)) ?? '';
  const installed = files.split('\n').flatMap((line) => /^(\S+(?<!@)\.timer)\s/.exec(line)?.[1] ?? []);
  const shown = await showUnits(['*.timer', ...installed], ['Id', 'Unit', 'ActiveState', 'LastTriggerUSec'], env);
  const timers = [...new Map(shown.map((timer) => [timer.Id, timer])).values()];
  const services = timers.flatMap(({ Unit: unit }) => (unit === undefined || unit === '' ? [] : [unit]));
  if (services.length === 0) return [];
  const started = new Map((await showUnits(services, ['Id', 'ExecStart', 'Result', 'ExecMainStatus'], env)).map((one) => [one.Id, one]));
  return timers.flatMap((timer) => {
    const service = started.get(timer.Unit ?? '');
    const runs = runsFor(service?.ExecStart ?? '', dir);
    if (runs === null) return [];
    const active = timer.ActiveState === 'active';
    const lastRunMs = systemdMs(timer.LastTriggerUSec ?? '');
    return [
      {
        runs,
        where: timer.Id ?? '',
        active,
        lastRunMs,
        result: lastRunMs === null ? null : (service?.Result ?? null),
        exitStatus: lastRunMs === null ? null : Number(service?.ExecMainStatus ?? Number.NaN),
        idle: active ? null : `is ${timer.ActiveState}: systemctl enable --now ${timer.Id}`,
      },
    ];
  });
}

/** Parses `Sun 2026-11-29 02:00:17 UTC`; null: `n/a`, or empty (systemd.time(7)). */
function systemdMs(text: string): number | null {
  const [, day, time] = /^[A-Z][a-z]{2} (\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}) UTC$/.exec(text) ?? [];
  return day === undefined ? null : Date.parse(`${day}T${time}Z`);
}

async function cronTimers(
  dir: string,
  env: NodeJS.ProcessEnv,
  { folder, files }: { readonly folder: string; readonly files: readonly string[] },
): Promise<Timer[]> {
  const inFolder = await readdir(folder).catch((error: unknown) => {
    if (systemCode(error) === null) throw error;
    return [];
  });
  const timers: Timer[] = [];
  for (const path of [...files, ...inFolder.sort().map((name) => join(folder, name))]) {
    // cron(8) of Debian: names in cron.d consist of letters, digits, underscores and hyphens; others are silently ignored.
    const isPassedOver = path.startsWith(`${folder}/`) && !/\/[A-Za-z0-9_-]+$/.test(path);
    const idle = isPassedOver ? 'is ignored by cron: its name may contain only letters, digits, - and _' : null;
    timers.push(...cronLines(path, await textOf(path), dir, idle));
  }
  return [...timers, ...cronLines('crontab -l', (await ask('crontab', ['-l'], env)) ?? '', dir, null)];
}

function cronLines(where: string, text: string, dir: string, idle: string | null): Timer[] {
  return text.split('\n').flatMap((line, at) => {
    if (line.trimStart().startsWith('#')) return [];
    // A crontab escapes percent signs (crontab(5)).
    const runs = runsFor(line.replaceAll('\\%', '%'), dir);
    return runs === null ? [] : [{ runs, where: `${where}:${at + 1}`, active: null, lastRunMs: null, result: null, exitStatus: null, idle }];
  });
}

/** Returns what a command line does with the archive; null: it does something else, or uses another archive. */
function runsFor(command: string, dir: string): Timer['runs'] | null {
  for (const runs of ['verify', 'watch'] as const) {
    // The folder as a shell writes it, as systemd writes it, and unquoted, as systemctl shows commands.
    const words = [dir, shellWord(dir), settingWord(dir)].map((word) => ` ${runs} ${word}`);
    if (words.some((word) => `${command} `.includes(`${word} `))) return runs;
  }
  return null;
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    // The file is missing, or this user cannot read it.
    if (systemCode(error) === null) throw error;
    return '';
  }
}
