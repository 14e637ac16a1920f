import { shellWord } from '../../core/words/shell-word.ts';
import type { RunTime } from './run-time.ts';
import { commandWord, cronCommand, settingText, settingWord } from './unit-words.ts';

/** Settings for the timers. Paths are absolute. No text contains control characters. */
export interface TimerPlan {
  /** Part of the units' names: letters, digits, `-`, `_`. */
  readonly name: string;
  /** The program with its first arguments: the paths of Node.js and longplay. */
  readonly program: readonly string[];
  readonly archive: string;
  /** Folder of the signing keys. */
  readonly keys: string;
  /** Further environment variables of the program. */
  readonly environment: Readonly<Record<string, string>>;
  readonly user: string;
  /** Options of `verify` and `watch` that identify the required archive, one word each. */
  readonly demands: readonly string[];
  /** Options of `verify`, one word each. */
  readonly options: readonly string[];
  readonly at: RunTime;
  /** Unit that is started if one of these fails; null: none. */
  readonly onFailure: string | null;
}

/** A file to be installed. */
export interface TimerFile {
  readonly name: string;
  readonly text: string;
}

/**
 * Returns services and timers for systemd, and a crontab for machines without systemd. One service with its timer verifies; the other raises an alarm if no
 * verification was completed.
 */
export function timerFiles(plan: TimerPlan): TimerFile[] {
  const { name, archive, at, options } = plan;
  const verify = [...plan.program, 'verify', archive, ...options, ...plan.demands, '--quiet'];
  const watch = [...plan.program, 'watch', archive, '--max-age', maxAge(at), ...plan.demands, '--quiet'];
  const verifyUnit = `longplay-verify-${name}`;
  const watchUnit = `longplay-watch-${name}`;
  const common = {
    archive: settingWord(archive),
    keys: settingWord(`-${plan.keys}`),
    environment: Object.entries({ LONGPLAY_KEYS: plan.keys, ...plan.environment }).map(
      ([key, value]) => `Environment=${settingWord(`${key}=${value}`)}`,
    ),
    user: plan.user,
    onFailure: plan.onFailure,
    touched: [archive, plan.keys, ...plan.program],
  };
  const words = (command: readonly string[]): string => command.map(commandWord).join(' ');
  return [
    {
      name: `${verifyUnit}.service`,
      text: service({ ...common, description: settingText(`longplay: verify ${archive}`), command: words(verify), writes: true }),
    },
    { name: `${verifyUnit}.timer`, text: timer(settingText(`longplay: when to verify ${archive}`), at.onCalendar, '30min') },
    {
      name: `${watchUnit}.service`,
      text: service({ ...common, description: settingText(`longplay: was ${archive} verified?`), command: words(watch), writes: false }),
    },
    {
      name: `${watchUnit}.timer`,
      text: timer(settingText(`longplay: when to ask whether ${archive} was verified`), watchTime(at).onCalendar, '5min'),
    },
    // /etc/cron.d silently ignores names with a dot (cron(8) of Debian).
    { name: `longplay-${name}-cron`, text: crontab(plan, verify, watch) },
  ];
}

/** Paths in a package that its units use. All are absolute. */
export interface InstalledPlan {
  readonly program: string;
  readonly keys: string;
  readonly user: string;
  /** Folder with one environment file per archive, `NAME.env`. */
  readonly settings: string;
  readonly at: RunTime;
}

/**
 * Returns unit templates, for a package that is installed before an archive exists. The name of an instance is the path of the archive as `systemd-escape
 * --path` writes it: the setting for writable paths accepts `%f` but no variables. Options of verify and watch are in variables, which an operator's file may
 * set.
 */
export function templateFiles({ program, keys, user, settings, at }: InstalledPlan): TimerFile[] {
  const file = `EnvironmentFile=-${settings}/%i.env`;
  const common = { archive: '%f', keys: `-${keys}`, user, onFailure: null, touched: [program, keys] };
  const environment = (variable: string, options: string): string[] => [
    `Environment=LONGPLAY_KEYS=${keys}`,
    `Environment="${variable}=${options}"`,
    `# Another ${variable} for this archive alone; the file need not exist.`,
    file,
  ];
  const verify = {
    description: 'longplay: verify %f',
    command: `${program} verify %f $VERIFY_OPTIONS --quiet`,
    manual: 'longplay-verify(1)',
    writes: true,
  };
  const watch = {
    description: 'longplay: was %f verified?',
    command: `${program} watch %f $WATCH_OPTIONS --quiet`,
    manual: 'longplay-watch(1)',
    writes: false,
  };
  return [
    {
      name: 'longplay-verify@.service',
      text: service({ ...common, ...verify, environment: environment('VERIFY_OPTIONS', '--every 90d --play-every 365d') }),
    },
    { name: 'longplay-verify@.timer', text: timer('longplay: when to verify %f', at.onCalendar, '30min') },
    { name: 'longplay-watch@.service', text: service({ ...common, ...watch, environment: environment('WATCH_OPTIONS', `--max-age ${maxAge(at)}`) }) },
    { name: 'longplay-watch@.timer', text: timer('longplay: when to ask whether %f was verified', watchTime(at).onCalendar, '5min') },
  ];
}

/** Returns the age at which the alarm is raised: two runs may fail before, and a run may take a day. */
function maxAge({ everyDays }: RunTime): string {
  return `${2 * everyDays + 1}d`;
}

/** Returns a daily time half a day away from the verification, so that the two do not run together. */
function watchTime({ hour, minute }: RunTime): { readonly onCalendar: string; readonly cron: string } {
  const other = (hour + 12) % 24;
  return { onCalendar: `*-*-* ${String(other).padStart(2, '0')}:${String(minute).padStart(2, '0')}:00`, cron: `${minute} ${other} * * *` };
}

/** Parts of a service's text. All settings are escaped already. */
interface ServiceParts {
  readonly description: string;
  readonly command: string;
  readonly environment: readonly string[];
  readonly archive: string;
  /** Folder of the keys, with a leading minus: the folder need not exist. */
  readonly keys: string;
  readonly user: string;
  readonly onFailure: string | null;
  /** Manual pages of the package; none if they may not be installed. */
  readonly manual?: string;
  /** True if the service writes to the archive. */
  readonly writes: boolean;
  /** Existing paths that the service's sandbox must leave accessible. */
  readonly touched: readonly string[];
}

function service({ description, command, environment, archive, keys, user, onFailure, manual, writes, touched }: ServiceParts): string {
  const writable = writes
    ? [`ReadWritePaths=${archive} ${keys}`]
    : ['# It reads the log of the archive, and keeps its memory of it beside the keys.', `ReadWritePaths=${keys}`];
  return lines(
    '[Unit]',
    `Description=${description}`,
    ...(manual === undefined ? [] : [`Documentation=man:${manual}`]),
    '# A wrong clock makes bags due too early or too late, and the disks must be mounted.',
    'Wants=time-sync.target',
    'After=time-sync.target local-fs.target remote-fs.target',
    ...(onFailure === null
      ? ['# OnFailure= is not set: failures are not reported. See longplay schedule --on-failure, or set it with systemctl edit.']
      : [`OnFailure=${onFailure}`]),
    '',
    '[Service]',
    'Type=oneshot',
    `User=${user}`,
    `ExecStart=${command}`,
    ...environment,
    '# Only exit code 0 is a success: 3, 4 and 5 raise the alarm, and so does an interrupted run (143).',
    'SuccessExitStatus=',
    '# A stop ends the run cleanly after the current item; the next run continues from there.',
    'KillMode=mixed',
    'TimeoutStopSec=5min',
    'Nice=19',
    'IOSchedulingClass=idle',
    '',
    ...writable,
    'ProtectSystem=strict',
    ...(touched.some(isBelowHome) ? ['# Some of its files are below a home folder.', 'ProtectHome=read-only'] : ['ProtectHome=yes']),
    ...(touched.some(isTemporary) ? ['# Some of its files are below /tmp.', 'PrivateTmp=no', 'ReadWritePaths=/tmp'] : ['PrivateTmp=yes']),
    'PrivateDevices=yes',
    'PrivateNetwork=yes',
    'IPAddressDeny=any',
    'RestrictAddressFamilies=AF_UNIX',
    'NoNewPrivileges=yes',
    ...capabilities(user, writes),
    'LockPersonality=yes',
    'ProtectClock=yes',
    'ProtectControlGroups=yes',
    'ProtectHostname=yes',
    'ProtectKernelLogs=yes',
    'ProtectKernelModules=yes',
    'ProtectKernelTunables=yes',
    'RestrictNamespaces=yes',
    'RestrictRealtime=yes',
    'RestrictSUIDSGID=yes',
    'KeyringMode=private',
    'SystemCallArchitectures=native',
    'SystemCallFilter=@system-service @sandbox',
    'SystemCallFilter=~@privileged @resources',
    '# setpriv(1), which confines FFmpeg by Landlock (@sandbox), sets its capabilities, which are none.',
    'SystemCallFilter=capset',
    'SystemCallErrorNumber=EPERM',
    '# Not set: MemoryDenyWriteExecute=, since Node.js compiles while it runs; ProtectProc= and ProcSubset=, since longplay looks',
    '# in /proc whether the holder of a lock is alive; PrivateUsers=, since files of other users would belong to nobody.',
  );
}

/** Returns the capabilities of a service. Root without them could not read other users' files. */
function capabilities(user: string, writes: boolean): string[] {
  if (user !== 'root') return ['CapabilityBoundingSet='];
  return [`CapabilityBoundingSet=CAP_DAC_READ_SEARCH${writes ? ' CAP_DAC_OVERRIDE' : ''}`];
}

function isBelowHome(path: string): boolean {
  return /^\/(home|root|run\/user)(\/|$)/.test(path);
}

function isTemporary(path: string): boolean {
  return /^\/(var\/)?tmp(\/|$)/.test(path);
}

function timer(description: string, onCalendar: string, delay: string): string {
  return lines(
    '[Unit]',
    `Description=${description}`,
    '',
    '[Timer]',
    `OnCalendar=${onCalendar}`,
    '# Runs at the next start if the machine was off when a run was due.',
    'Persistent=true',
    `RandomizedDelaySec=${delay}`,
    '# The same delay each time, so that the interval between runs stays the same.',
    'FixedRandomDelay=true',
    '',
    '[Install]',
    'WantedBy=timers.target',
  );
}

function crontab(plan: TimerPlan, verify: readonly string[], watch: readonly string[]): string {
  const { archive, keys, user, at } = plan;
  const environment = Object.entries({ LONGPLAY_KEYS: keys, ...plan.environment }).map(([key, value]) => `${key}=${shellWord(value)} `);
  // cron mails all output, so the command prints nothing on success.
  const line = (cron: string, before: string, command: readonly string[], what: string): string =>
    `${cron} ${user} ${cronCommand(`told=$(${environment.join('')}${before}${command.map(shellWord).join(' ')} 2>&1) || printf '%s\\n' "$told" "longplay ${what} ended with exit code $?"`)}`;
  return lines(
    `# longplay: ${archive}`,
    `# For machines without systemd: /etc/cron.d/longplay-${plan.name}; the name may not hold a dot. cron mails what is printed to MAILTO,`,
    '# and only failures are printed; a run that was due while the machine was off is skipped.',
    'MAILTO=root',
    line(at.cron, 'nice -n 19 ionice -c 3 ', verify, 'verify'),
    line(watchTime(at).cron, '', watch, 'watch'),
  );
}

function lines(...all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
