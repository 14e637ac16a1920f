import type { ImportItem } from '../../../src/core/model/importer.ts';
import type { Call } from '../records/call.ts';
import type { Family } from '../records/family.ts';

/**
 * Says what the documents of a call are, where their family tells it only once they are joined: with the files they belong to, or nothing of the family's.
 * @returns whether the call is nothing of the family's; then its files are told as well.
 */
export function* documentRoles(family: Family, call: Call): Generator<ImportItem, boolean> {
  const documents = [...call.records, ...call.repeated].filter(({ number }) => number === 0);
  const isAlone = documents.length === call.records.length + call.repeated.length;
  const stray = isAlone ? (family.strayReason?.(call) ?? null) : null;
  for (const { path, shape } of documents) {
    const reason = stray?.documents ?? family.shapes.find(({ name }) => name === shape)?.unit ?? '';
    yield { kind: 'file', path, role: stray === null ? 'sidecar' : 'alien', reason };
  }
  if (stray !== null) for (const { path } of call.files) yield { kind: 'file', path, role: 'alien', reason: stray.files };
  return stray !== null;
}
