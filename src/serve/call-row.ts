import type { Found } from '../catalog/catalog.ts';
import { tagsOf } from '../catalog/catalog-entry.ts';
import type { CallRow } from '../core/page-data.ts';

/** A recording of the catalog as a row of the page. */
export function callRow(found: Found): CallRow {
  return {
    id: found.recordingId,
    start: found.start,
    certainty: found.startCertainty,
    durationMs: found.durationMs,
    direction: found.direction,
    from: found.from,
    to: found.to,
    agent: found.agent,
    text: found.text,
    tags: tagsOf(found),
    codecs: found.codecs === '' ? [] : found.codecs.split(' '),
    status: found.status,
    importer: found.importer,
    findings: found.findings,
    doubtful: found.doubtful,
    bag: found.bag,
    groupId: found.groupId,
  };
}
