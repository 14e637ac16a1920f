import type { PipelineEvent } from '../events/events.ts';
import { enrichArchived } from './enrich-archived.ts';
import { type Reading, type ReadRequest, readSource, type SourceRead, type SourceReading } from './read-source.ts';

/** Reads a source as requested: either its recordings are imported, or its rows describe recordings of the archive. */
export function readRequested(
  source: SourceReading,
  request: ReadRequest,
  reading: Reading,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, SourceRead> {
  const { enrich } = request;
  return enrich === undefined ? readSource(source, request, reading, signal) : enrichArchived(source, { ...request, enrich }, reading, signal);
}
