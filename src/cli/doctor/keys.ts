import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { openFolderOf } from '../../archive/files/open-folder.ts';
import { errorText, LongplayError, systemCode } from '../../core/base/error.ts';
import { modeText, othersAccess } from '../../core/base/mode-bits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { shellWord } from '../../core/words/shell-word.ts';
import { keyFile, readKey } from '../../log/keys/key-store.ts';
import type { EnvironmentCheck } from './environment-check.ts';

/** Checks the folder of signing keys and the keys of this archive: who can read and change them, and whether they can be used. */
export async function checkKeys(keys: string, archiveId: string): Promise<EnvironmentCheck> {
  const folder = await statOrCode(keys);
  if (typeof folder === 'string') {
    const message =
      folder === 'ENOENT' ? `${keys} does not exist, and neither does the key of this archive` : `the system cannot read ${keys}: ${folder}`;
    return { name: 'keys', said: message, findings: [finding('P312', keys, message)], facts: { folder: keys, key: null } };
  }
  const findings = [...rightsOf(keys, folder), ...(await above(keys))];
  for (const file of await keysOf(keys, archiveId)) {
    const found = await statOrCode(file);
    if (typeof found !== 'string') findings.push(...rightsOf(file, found));
    const open = openFolderOf(file);
    // The folder of keys is reported separately.
    if (open !== null && open.path !== resolve(keys))
      findings.push(
        finding(
          'P310',
          open.path,
          `every user of this machine can write it (${modeText(open.mode)}), and so replace ${file}, which is a link into it, with another key: chmod o-w ${shellWord(open.path)}`,
        ),
      );
  }
  const trouble = await keyTrouble(keys, archiveId);
  if (trouble !== null) findings.push(finding('P312', keys, trouble));
  const own = await statOrCode(keyFile(keys, archiveId));
  const [key, mode] = typeof own === 'string' ? [null, null] : [keyFile(keys, archiveId), modeText(own.mode)];
  return {
    name: 'keys',
    said: key === null ? `${keys}: no key for this archive` : `${key}, ${mode} in a folder ${modeText(folder.mode)}`,
    findings,
    facts: { folder: keys, folderMode: modeText(folder.mode), key, keyMode: mode },
  };
}

/**
 * Returns the files of the current, next and earlier signing keys, each of which could forge entries, and of the secret of the pseudonyms, with which
 * names could be guessed.
 */
async function keysOf(keys: string, archiveId: string): Promise<string[]> {
  const names = await readdir(keys).catch((error: unknown) => {
    if (systemCode(error) === null) throw error;
    return [];
  });
  return names.filter((name) => name.startsWith(`${archiveId}.`) && /\.(?:pem|pseudonyms)$/.test(name)).map((name) => join(keys, name));
}

function rightsOf(path: string, found: Stats): Finding[] {
  const isFolder = found.isDirectory();
  const { everybodyWrites, groupWrites, everybodyReads, groupReads } = othersAccess(found.mode, isFolder);
  const remedy = `chmod ${isFolder ? '700' : '600'} ${shellWord(path)}`;
  const findings: Finding[] = [];
  if (everybodyWrites) findings.push(finding('P310', path, `every user of this machine can write it (${modeText(found.mode)}): ${remedy}`));
  // The names of keys are not secret; their content is.
  else if (groupWrites || (!isFolder && (everybodyReads || groupReads))) {
    const who = everybodyReads && !isFolder ? 'every user of this machine' : `the group ${found.gid}`;
    findings.push(finding('P311', path, `${who} can ${groupWrites ? 'write' : 'read'} it (${modeText(found.mode)}): ${remedy}`));
  }
  const me = process.geteuid?.();
  // Root can read everything, and nobody else can change root's files.
  if (me !== undefined && me !== 0 && found.uid !== me && found.uid !== 0)
    findings.push(finding('P313', path, `it belongs to user ${found.uid}, but user ${me} runs longplay: whoever owns a key can sign with it`));
  return findings;
}

/** Reports parent folders that everybody can write: through them, the folder of keys could be replaced. */
async function above(keys: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (let folder = dirname(keys); ; folder = dirname(folder)) {
    const found = await statOrCode(folder);
    if (typeof found !== 'string' && othersAccess(found.mode, true).everybodyWrites)
      findings.push(
        finding(
          'P311',
          folder,
          `every user of this machine can write it (${modeText(found.mode)}), and so replace ${keys} with another folder: chmod o-w ${shellWord(folder)}`,
        ),
      );
    if (folder === dirname(folder)) return findings;
  }
}

async function keyTrouble(keys: string, archiveId: string): Promise<string | null> {
  try {
    return (await readKey(keys, archiveId)) === null ? `${keyFile(keys, archiveId)} does not exist: this machine cannot sign for the archive` : null;
  } catch (error) {
    if (error instanceof LongplayError) return `${errorText(error)}; ${error.hint}`;
    throw error;
  }
}

async function statOrCode(path: string): Promise<Stats | string> {
  try {
    return await stat(path);
  } catch (error) {
    const code = systemCode(error);
    if (code === null) throw error;
    return code;
  }
}
