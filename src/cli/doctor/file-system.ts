import { link, mkdtemp, open, readdir, rename, rmdir, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { appendDurable, syncFolder, temporaryPrefix } from '../../archive/files/durable.ts';
import { systemCode, systemText } from '../../core/base/error.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { FindingCode } from '../../core/findings/finding-table.ts';
import type { EnvironmentCheck } from './environment-check.ts';
import { knowsNoLinks, type Mount } from './mount.ts';

/** A required property of the file system: its test, and the finding code if the test fails. */
interface Trial {
  readonly name: string;
  readonly code: FindingCode;
  readonly attempt: (folder: string) => Promise<void>;
}

const trials: readonly Trial[] = [
  { name: 'fsync', code: 'P327', attempt: (folder) => makeSynced(join(folder, 'a')) },
  { name: 'fsync of a folder', code: 'P327', attempt: syncFolder },
  { name: 'hard links', code: 'P326', attempt: (folder) => link(join(folder, 'a'), join(folder, 'b')) },
  { name: 'names that exist once', code: 'P328', attempt: exclusive },
  {
    name: 'renaming over a file',
    code: 'P328',
    attempt: async (folder) => {
      await makeFile(join(folder, 'c'));
      await rename(join(folder, 'c'), join(folder, 'a'));
    },
  },
];

/**
 * Tests the operations that landing bags and logging depend on, in a temporary folder beside the archive, which is removed afterwards. Writes nothing
 * into the archive. If the archive is a mount point, or nothing may be written beside it, only the type of its file system is checked.
 */
export async function checkFileSystem(dir: string, mount: Mount | null): Promise<EnvironmentCheck> {
  const parent = dirname(dir);
  const [own, beside] = [await stat(dir), await stat(parent)];
  if (own.dev !== beside.dev) return untried(dir, mount, 'the archive is a mount point: the folder beside it is on another file system');
  let folder: string;
  try {
    folder = await mkdtemp(join(parent, `${temporaryPrefix}doctor-`));
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return untried(dir, mount, `nothing can be written in ${parent}: ${systemText(error)}`);
  }
  const findings: Finding[] = [];
  try {
    for (const { name, code, attempt } of trials) {
      try {
        await attempt(folder);
      } catch (error) {
        const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
        const refused = systemCode(cause);
        if (refused === null) throw error;
        // A full disk or a lack of descriptors says nothing about the file system.
        const passing = ['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'ENOMEM'].includes(refused);
        findings.push(finding(passing ? 'P329' : code, dir, `${name}, tried in ${parent}: ${systemText(cause)}`));
        if (passing) break;
      }
    }
  } finally {
    // Not recursive, so that only the files of this test are deleted.
    for (const name of await readdir(folder)) await unlink(join(folder, name));
    await rmdir(folder);
  }
  return {
    name: 'file system',
    said: `${trials.map(({ name }) => name).join(', ')}: ${findings.length === 0 ? 'tried, they work' : 'NOT all of them work'}`,
    findings,
    facts: { tried: trials.map(({ name }) => name), failed: findings.map(({ code }) => code) },
  };
}

function untried(dir: string, mount: Mount | null, why: string): EnvironmentCheck {
  const findings = knowsNoLinks(mount)
    ? [finding('P326', dir, `a file system of type ${mount?.type} has no hard links`)]
    : [finding('P329', dir, why)];
  return { name: 'file system', said: `not tried: ${why}`, findings, facts: { tried: [], failed: [], why } };
}

async function makeFile(path: string): Promise<void> {
  await writeFile(path, 'longplay doctor\n', { flag: 'wx' });
}

async function makeSynced(path: string): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    await appendDurable(handle, 'longplay doctor\n');
  } finally {
    await handle.close();
  }
}

/** Tests that the second of two attempts to create one name is refused: the lock of an archive relies on it. */
async function exclusive(folder: string): Promise<void> {
  try {
    await makeFile(join(folder, 'a'));
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return;
    throw error;
  }
  throw Object.assign(new Error('an existing name was created again'), { code: 'ETWICE' });
}
