import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readTagFile } from '../../archive/bag/tag-file.ts';
import { publicName } from '../../archive/documents/public-json.ts';
import { parseRecordingJson } from '../../archive/documents/recording-json.ts';
import { storedName } from '../../archive/documents/stored-path.ts';
import { agree } from '../../core/base/agree.ts';
import { systemCode } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { limits } from '../../core/base/limits.ts';
import type { FindingCode } from '../../core/findings/finding-table.ts';
import { type RecordingDocument, sealedEnding, storedFilesOf } from '../../core/model/recording-document.ts';
import type { Verdict } from '../../core/model/verdict.ts';

/** Digests of a bag's payload by path, from its SHA-256 manifest. Null if the manifest cannot be read; the check of that bag reports this. */
type Listed = ReadonlyMap<string, string> | null;

const manifestName = 'manifest-sha256.txt';
/** Number of manifests kept in memory, those of the most recently used bags: the recordings of an amendment mostly refer to one bag. */
const mostManifests = 4;
const manifests = new Map<string, Listed>();

/**
 * Compares the files that an amendment names in other bags, and the description that it amends, with the manifests of those bags. Each of those bags is checked
 * against its own manifest, so a link that agrees with the manifest leads to bytes that are checked.
 * @param where absolute path of the bag, and its name in verdicts
 * @returns one verdict per bag with a wrong link; none for a document without links
 */
export function checkLinks(document: RecordingDocument, where: { readonly bag: string; readonly place: string }): Verdict[] {
  const { amends, recordingId } = document;
  if (amends === undefined) return [];
  const json = { path: `recording.json${amends.sealed === true ? sealedEnding : ''}`, sha256: amends.sha256 };
  const byBag = new Map<string, { readonly path: string; readonly sha256: string }[]>([[amends.bag, [json]]]);
  for (const file of storedFilesOf(document)) {
    if (file.bag === undefined || file.erased !== undefined) continue;
    const listed = { path: storedName(file), sha256: (file.sealed ?? file).sha256 };
    byBag.set(file.bag, [...(byBag.get(file.bag) ?? []), listed]);
  }
  const verdicts: Verdict[] = [];
  const say = (verdict: Verdict['verdict'], code: FindingCode, message: string, severity: Verdict['severity']): void => {
    verdicts.push({ kind: 'verdict', verdict, code, path: `${where.place}/data/${recordingId}/recording.json`, message, severity });
  };
  for (const [bag, files] of byBag) {
    const folder = join(where.bag, '../..', bag);
    if (!existsSync(folder)) {
      // A bag that was copied out of its archive has no other bags beside it.
      if (where.place.startsWith('bags/'))
        say('missing', 'V132', agree`describes ${files.length} file[s] of bag ${bag}, which does not exist`, 'error');
      else say('unverifiable', 'V133', agree`describes ${files.length} file[s] of bag ${bag}, which is not beside this one`, 'warning');
      continue;
    }
    const listed = manifestOf(folder);
    if (listed === null) continue;
    // A bag that was sealed since, while this amendment waits for its turn, which a verification of the archive reports.
    if (amends.sealed !== true && listed.has(`data/${recordingId}/${publicName}`)) continue;
    const at = (path: string): string => `data/${recordingId}/${path}`;
    const isListed = (one: { readonly path: string; readonly sha256: string }): boolean =>
      listed.get(at(one.path)) === one.sha256 || (one === json && isFromBefore(join(folder, at(json.path)), one.sha256, listed.get(at(json.path))));
    const wrong = files.filter((one) => !isListed(one));
    const [first] = wrong;
    if (first === undefined) continue;
    const there = listed.has(at(first.path)) ? 'with another SHA-256' : 'not at all';
    say(
      'corrupt',
      'V132',
      agree`describes ${files.length} file[s] of bag ${bag}, whose manifest lists ${wrong.length} of them differently, e.g. ${first.path} ${there}`,
      'error',
    );
  }
  return verdicts;
}

/** Returns the name of the bag whose absence a verdict of `checkLinks` reports; null: it reports something else. */
export function absentBagOf({ code, verdict, message }: Verdict): string | null {
  return code === 'V132' && verdict === 'missing' ? (/ of bag (\S+), which does not exist$/.exec(message)?.[1] ?? null) : null;
}

/** Returns true if a description had this digest before files were erased from its bag, and the bag's manifest lists the present description. */
function isFromBefore(path: string, sha256: string, listed: string | undefined): boolean {
  let bytes: Buffer;
  try {
    bytes = readTagFile(path, limits.recordingJsonBytes);
  } catch (error) {
    // The check of that bag reports the error.
    if (systemCode(error) === null) throw error;
    return false;
  }
  return sha256Hex(bytes) === listed && parseRecordingJson(bytes).document?.before?.includes(sha256) === true;
}

/** Reads the SHA-256 manifest of a bag of this archive, whose paths are plain names. Reads it again if it was replaced since. */
function manifestOf(folder: string): Listed {
  const { ino, size, mtimeNs } = statSync(join(folder, manifestName), { bigint: true, throwIfNoEntry: false }) ?? { ino: 0n, size: 0n, mtimeNs: 0n };
  const state = [folder, ino, size, mtimeNs].join(' ');
  const known = manifests.get(state);
  if (known !== undefined) return known;
  const read = readManifest(folder);
  manifests.set(state, read);
  const [oldest] = manifests.keys();
  if (manifests.size > mostManifests && oldest !== undefined) manifests.delete(oldest);
  return read;
}

function readManifest(folder: string): Listed {
  let text: string;
  try {
    text = readTagFile(join(folder, manifestName), limits.ownManifestBytes).toString('utf8');
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return null;
  }
  return new Map(text.split('\n').flatMap((line): [string, string][] => (line === '' ? [] : [[line.slice(66), line.slice(0, 64)]])));
}
