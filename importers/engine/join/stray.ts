import type { ImportItem } from '../../../src/core/model/importer.ts';
import type { Call } from '../records/call.ts';
import type { Family } from '../records/family.ts';

/**
 * Yields the roles of a call's documents, if their family knows them only after the join: documents with the files to which they belong, or unclaimed files.
 * @returns true if the call does not belong to the family; its files have then been yielded as well
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
