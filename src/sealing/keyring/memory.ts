import { join } from 'node:path';
import { writeDurable } from '../../archive/files/durable.ts';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { LongplayError } from '../../core/base/error.ts';
import type { Domain } from './domain.ts';
import { parsedJson } from './domain-files.ts';

// What the opened copy remembers of all copies: when each was last reached, with which root, and when its last drill succeeded. Only warnings depend on this.

const memoryFormat = 'longplay-keyring-memory-v1';

/** The memory of one copy. */
export interface CopyMemory {
  /** ISO time of the last contact; null: never. */
  readonly contact: string | null;
  /** Number of the root at the last contact. */
  readonly root: number;
  /** ISO time of the last drill in which everything opened; null: never. */
  readonly drill: string | null;
}

/** Reads the memory, by copy; empty if the file is absent or damaged. */
export function readMemory(folder: string): ReadonlyMap<string, CopyMemory> {
  try {
    const { format, copies } = parsedJson(join(folder, 'memory.json'), (why, cause) => new LongplayError('incomplete', 'K104', why, '', cause));
    if (format !== memoryFormat || typeof copies !== 'object' || copies === null) return new Map();
    return new Map(Object.entries(copies as Readonly<Record<string, unknown>>).flatMap(([name, value]) => memoryIn(name, value)));
  } catch (error) {
    if (error instanceof LongplayError) return new Map();
    throw error;
  }
}

function memoryIn(name: string, value: unknown): readonly (readonly [string, CopyMemory])[] {
  if (typeof value !== 'object' || value === null) return [];
  const { contact, root, drill } = value as Readonly<Record<string, unknown>>; // an object, its members unknown
  const time = (text: unknown): string | null => (typeof text === 'string' && !Number.isNaN(Date.parse(text)) ? text : null);
  return typeof root === 'number' ? [[name, { contact: time(contact), root, drill: time(drill) }]] : [];
}

/** Returns the changes to remember for copies that were reached. @param now ISO time */
export function contactsOf(domains: readonly Domain[], now: string): ReadonlyMap<string, Partial<CopyMemory>> {
  return new Map(domains.map((domain) => [domain.name, { contact: now, root: domain.describe().root }]));
}

/** Stores changes. The keyring must be locked. @throws LongplayError A107 */
export async function remember(folder: string, changes: ReadonlyMap<string, Partial<CopyMemory>>): Promise<void> {
  const before = readMemory(folder);
  const copies = new Map<string, CopyMemory>(before);
  for (const [name, change] of changes) copies.set(name, { contact: null, root: 0, drill: null, ...before.get(name), ...change });
  const text = `${canonicalJson({ format: memoryFormat, copies: Object.fromEntries(copies) }, 2)}\n`;
  await writeDurable(join(folder, 'memory.json'), text, 0o600);
}
