import type { JoinedRecord } from '../records/call.ts';
import { openRecord, type StagedRecord } from '../records/records.ts';
import type { Shape } from '../records/shape.ts';
import { apartGroup, groupOfKey } from './apart.ts';
import type { ImportRun } from './import-run.ts';
import { openLinks } from './links.ts';
import { openParts } from './parts.ts';
import { type RecordStage, recordStages } from './record-stage.ts';

/** Puts each record in its place: among the records of its call, or among the details of its key. */
export interface PlacedRecords {
  put(record: StagedRecord, order: string): void;
  /** Detail records by `detailGroup`. */
  readonly details: RecordStage;
  /** Returns all records that are not details, by call. Nothing may be put after this call. */
  united(): Promise<RecordStage>;
}

/** The group of details without a key, and of records of several calls without a key. */
const noKey = '-';

/** Returns the group of a detail record. A detail without a key goes to a group that nothing requests. */
export function detailGroup(shape: string, key: string | null): string {
  return key === null ? noKey : `= ${shape} ${key}`;
}

export function openPlacedRecords({ family: { shapes }, open, signal }: ImportRun): PlacedRecords {
  const openRecords = recordStages(open);
  const [staged, details] = [openRecords(), openRecords()];
  const links = shapes.some((shape) => shape.links !== undefined) ? openLinks(open, openRecords) : null;
  const parts = shapes.some((shape) => shape.part !== undefined) ? openParts(open, openRecords, groupOfKey) : null;
  let keyless = 0;
  const place = (shape: Shape, key: string | null, order: string, record: StagedRecord, opened: JoinedRecord): void => {
    // A record without a key stands alone.
    if (key !== null && shape.apart !== undefined) {
      staged.put(apartGroup(key, shape.apart(opened)), order, record);
      return;
    }
    const group = key === null ? `- ${String(keyless++).padStart(12, '0')}` : groupOfKey(key);
    const others = links === null || record.unreadable === true ? [] : shape.links?.(opened);
    const link = key === null ? undefined : links?.add(group, others?.map(groupOfKey) ?? []);
    staged.put(group, order, link === undefined ? record : { ...record, link });
  };
  return {
    put: (record, order) => {
      const shape = shapes[record.shape];
      if (shape === undefined) return;
      const opened = openRecord(shapes, record);
      if (shape.keys !== undefined) {
        const keys = new Set(shape.keys(opened));
        for (const key of keys) staged.put(groupOfKey(key), order, record);
        if (keys.size === 0) details.put(noKey, order, record);
        return;
      }
      const isReadable = record.unreadable !== true;
      const key = isReadable ? shape.key(opened) : shape.at.kind === 'document' ? (shape.at.keyOfName?.(record.path) ?? null) : null;
      if (shape.role === 'detail') {
        details.put(detailGroup(shape.name, key), order, record);
        return;
      }
      const at = isReadable && shape.order !== undefined ? `${shape.order(opened)} ${order}` : order;
      const part = isReadable && key === null ? (shape.part?.(opened) ?? null) : null;
      if (part !== null && parts !== null) {
        parts.wait(part, at, record);
        return;
      }
      if (key !== null && isReadable) for (const each of shape.parts?.(opened) ?? []) parts?.name(each, groupOfKey(key));
      place(shape, key, at, record, opened);
    },
    details,
    united: async () => {
      const linked = links === null ? staged : await links.united(staged, signal);
      return parts === null ? linked : await parts.united(linked, signal);
    },
  };
}
