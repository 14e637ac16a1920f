import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurable } from '../../archive/files/durable.ts';
import { agree } from '../../core/base/agree.ts';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { LongplayError, systemCode, systemText } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import type { RootKind } from './root.ts';

// Files of a custody domain's folder.

const domainFormat = 'longplay-keyring-domain-v1';

/** Describes the state of one custody domain (`domain.json`). Replacing this file puts a new root in force. */
export interface DomainDescription {
  readonly keyring: string;
  readonly domain: string;
  /** Number of the root in force. */
  readonly root: number;
  readonly kind: RootKind;
  /** A keyed digest that tells whether a key is the root, without reading the pages. */
  readonly check: string;
  /** ISO time at which the root came into force. */
  readonly rotatedAt: string;
  /** Number of lines of the list of erased cells that the pages and the root already reflect. */
  readonly erasures: number;
  /** Earlier roots that have not been destroyed yet: a run was stopped after the root in force had replaced them. */
  readonly retired: readonly { readonly number: number; readonly kind: RootKind }[];
}

/** Returns the path of `domain.json`. */
export function domainFile(folder: string): string {
  return join(folder, 'domain.json');
}

/** Returns the path of the page keys wrapped by a root. */
export function keysFile(folder: string, root: number): string {
  return join(folder, `keys-${root}`);
}

/** Returns the path of the folder of pages. */
export function pagesFolder(folder: string): string {
  return join(folder, 'pages');
}

/** Returns the path of a page. */
export function pageFile(folder: string, page: string, generation: number): string {
  return join(pagesFolder(folder), `${page}-${generation}.page`);
}

/** Reads the description of a domain. @throws LongplayError K104 if it is missing or unreadable; K103 if it is damaged */
export function readDomain(folder: string, name: string): DomainDescription {
  const file = domainFile(folder);
  const value = parsedJson(file, (why, cause) => unreachable(name, why, cause));
  const { format, ...rest } = value;
  const { keyring, domain, root, kind, check, rotatedAt, erasures, retired } = rest;
  const whole = [keyring, domain, check, rotatedAt].every((text) => typeof text === 'string') && isRetired(retired);
  if (format !== domainFormat || !whole || !Number.isSafeInteger(root) || !Number.isSafeInteger(erasures) || !isRootKind(kind)) throw damaged(file);
  return rest as unknown as DomainDescription; // every member was checked
}

/** Puts a description in force. @throws LongplayError A107 */
export async function writeDomain(folder: string, description: DomainDescription): Promise<void> {
  await writeDurable(domainFile(folder), `${canonicalJson({ format: domainFormat, ...description }, 2)}\n`, 0o600);
}

function isRetired(value: unknown): boolean {
  return (
    Array.isArray(value) && value.every((one) => typeof one === 'object' && one !== null && Number.isSafeInteger(one.number) && isRootKind(one.kind))
  );
}

function isRootKind(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, folder, recipient, command, identity } = value as Readonly<Record<string, unknown>>; // an object, its members unknown
  if (kind === 'file') return folder === null || typeof folder === 'string';
  if (kind === 'age') return typeof recipient === 'string';
  if (kind === 'command') return Array.isArray(command) && command.every((word) => typeof word === 'string');
  return kind === 'passphrase' && (identity === null || Number.isSafeInteger(identity));
}

/** Parses a small JSON file that holds an object. @param unread returns the error for a file that cannot be read @throws LongplayError K103 */
export function parsedJson(file: string, unread: (why: string, cause: unknown) => Error): Readonly<Record<string, unknown>> {
  let text: string;
  try {
    const { size } = statSync(file);
    if (size > limits.keyringJsonBytes) throw damaged(file);
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === null) throw error;
    throw unread(`${file}: ${systemText(error)}`, error);
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>; // an object, its members unknown
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw damaged(file);
}

/** Returns the error for a damaged file of a keyring. */
export function damaged(file: string): LongplayError {
  return new LongplayError(
    'incomplete',
    'K103',
    `${file} is not what longplay writes`,
    'use another copy of the keyring with --keyring; then restore this one from there: longplay keyring sync',
  );
}

/** Returns the error for a copy that cannot be reached. @param next the next step, if it is another one than to connect the disk */
export function unreachable(name: string, why: string, cause?: unknown, next?: string): LongplayError {
  const connect = 'connect its disk, then run again; longplay keyring status names all copies';
  return new LongplayError('incomplete', 'K104', `copy ${name} of the keyring is unreachable: ${why}`, next ?? connect, cause);
}

/** Returns the error for the folder of a copy that holds another copy of the same keyring: two disks were exchanged, or both copies are one folder. */
export function otherCopy(name: string, folder: string, holds: string): LongplayError {
  return unreachable(
    name,
    `${folder} holds copy ${holds}`,
    undefined,
    `mount the disk of ${name} there, then run again; if both copies are one folder: longplay keyring remove-copy ${name}, then longplay keyring add-copy PATH, on another disk`,
  );
}

/** Returns the error for too few copies. */
export function tooFew(copies: number): LongplayError {
  return new LongplayError(
    'incomplete',
    'K109',
    agree`the keyring has ${copies} cop[y|ies]; sealing needs 2`,
    'longplay keyring add-copy PATH, on another disk',
  );
}
