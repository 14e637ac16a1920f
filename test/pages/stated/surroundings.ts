import { limits } from '../../../src/core/base/limits.ts';
import { constant } from '../code-value.ts';
import { code, days, fact, gib, type Held, kib, measured, mib } from '../held.ts';
import { oldestNode, packageNames, versionOf } from '../package-facts.ts';

/** Rows of the table that name several packages, or one under another name. */
const rows: Readonly<Record<string, string>> = { 'better-sqlite3-node20': 'better-sqlite3-multiple-ciphers', '@biomejs/biome': 'Biome' };
const twoParts = new Set(['fluent-ffmpeg', 'better-sqlite3-node20']);

export const dependencies: readonly Held[] = [
  ...packageNames.map((name) => code`${rows[name] ?? name} ${versionOf(name, twoParts.has(name) ? 2 : 1)}`),
  code`Node.js ${oldestNode}, Debian 13's own`,
  code`, Node ${oldestNode}. Loaded when`,
  code`helpers from its own authors, Node ${oldestNode};`,
  code`on which ${versionOf('better-sqlite3-multiple-ciphers')} ends the process`,
  ...fact('SQLITE3MC_VERSION_STRING in the sources of both releases', 'SQLite3 Multiple Ciphers 2.4 and 2.3'),
  ...fact('npm ls --all and du of each in an empty folder, December 2026', '26 packages with 22 MB', 'would be 24 packages with 16 MB'),
  ...fact('names of checksums', 'CRC-32C and CRC-64/NVME'),
  ...fact('the warning that the package prints', 'Its releases of 2027 will need Node 22'),
  ...fact('package.json of each (engines), November 2026', '15 needs Node 22', 'vitest 5 needs Node 22', '25 needs Node 22'),
  ...fact(
    'binaries inside better-sqlite3-multiple-ciphers 13 and 12.9',
    'serves Node 22, 24 and 26',
    'the same on Node 20',
    'only on Node 20 better-sqlite3-node20',
  ),
  ...fact('documentation of Node.js: node:sqlite without a flag', 'from 22.16 on'),
  ...fact('what oidc-provider prints', 'warns on Node 20'),
  ...fact('the packages that its documentation lists', 'a schema in six packages'),
  ...fact('size of libphonenumber-js/min in November 2026', 'most of its 80 kB'),
  ...fact(
    'bundle and modules, timed in November 2026 on two cores of an AMD EPYC, Node.js 20.20.2',
    'several hundred modules take 0.58 CPU-seconds to load where the bundle takes 0.25',
  ),
];

export const packages: readonly Held[] = [
  code`with Node.js ${oldestNode} or later`,
  code`better-sqlite3-multiple-ciphers ${versionOf('better-sqlite3-node20', 2)} is needed as well`,
  ...fact(
    'releases for which better-sqlite3-multiple-ciphers brings a binary',
    'From Node.js 22 on',
    'On Node.js 20',
    'one for Node.js 20 and one',
    'the one for Node.js 20 on',
    'with Node.js 20.',
  ),
  ...fact('documentation of npm: `npm sbom` since 10.1', 'npm 10 or later'),
  measured('## Results of the long form', 'test/packages/run'),
];

export const configuration: readonly Held[] = [
  ...fact('docs/reference/exit-codes.md', 'the command ends with 2'),
  code`may have at most ${kib(limits.settingsFileBytes)} KiB`,
  code`a link or more than ${kib(limits.settingsFileBytes)} KiB`,
];

export const doctor: readonly Held[] = [
  code`| limits: ${gib(limits.ffmpegMemoryBytes)} GiB of writable memory, ${limits.ffmpegCpuSeconds / 3_600} hours of processor time`,
  code`a disk that is full within ${days(constant('src/cli/doctor/space.ts', 'warnMs'))} days`,
  code`the largest of the last ${days(constant('src/cli/doctor/space.ts', 'growthMs'))} days, a second copy of the catalog, and ${mib(constant('src/cli/doctor/space.ts', 'leastBytes'))} MiB`,
  code`a verification within ${days(constant('src/cli/doctor/timers.ts', 'mostAgeMs'))} days`,
  ...fact('docs/reference/exit-codes.md', 'is not an archive (2), or cannot be reached (5)'),
  ...fact('ffmpeg -demuxers of FFmpeg 7.1: 368', 'some hundred formats'),
];
