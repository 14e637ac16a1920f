import { archiveFindings } from './findings/archive.ts';
import { formatsFindings } from './findings/formats.ts';
import { guessingFindings } from './findings/guessing.ts';
import { importersFindings } from './findings/importers.ts';
import { mediaFindings } from './findings/media.ts';
import { pipelineFindings } from './findings/pipeline.ts';
import { sourceFindings } from './findings/source.ts';
import { speechFramesFindings } from './findings/speech-frames.ts';
import { tablesFindings } from './findings/tables.ts';
import type { FindingEntry } from './findings/types.ts';
import { usageFindings } from './findings/usage.ts';
import { verifyFindings } from './findings/verify.ts';

/** Every code that longplay prints, by code. */
export const findingTable: ReadonlyMap<string, FindingEntry> = new Map(
  [
    sourceFindings,
    formatsFindings,
    guessingFindings,
    speechFramesFindings,
    mediaFindings,
    tablesFindings,
    importersFindings,
    archiveFindings,
    verifyFindings,
    pipelineFindings,
    usageFindings,
  ].flatMap((room) => Object.entries(room)),
);
