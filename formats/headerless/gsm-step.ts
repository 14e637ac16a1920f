import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Identification } from '../../src/core/model/format.ts';
import { findGsmFrames } from '../frames/gsm-frames.ts';
import { gsmFrameBytes } from './codes.ts';

const framesNeeded = 5;
const signedShare = 0.9;
/** Number of frames without a signature that prove that they are not GSM. */
const unsignedFrames = 20;
/** Number of stray bytes below which they may be the recorder's own header. */
const fewestStray = 1_024;
/** Findings that the walk determines better than the windows did. */
const walked = new Set(['F130', 'F132', 'F133', 'F134', 'F343']);

/**
 * Refines the identification of a file that is GSM by its name or by its windows, with a walk over all its frames: after missing or foreign bytes the walk
 * finds the frames again, and a file without the signature is not decoded.
 */
export async function gsmInStep(bytes: ByteReader, verdict: Identification, signal: AbortSignal): Promise<Identification> {
  const [track] = verdict.tracks;
  const { frames, signed, spans, strayBytes } = await findGsmFrames(bytes, signal);
  if (track === undefined || frames < framesNeeded) return verdict;
  const findings: Finding[] = verdict.findings.filter(({ code }) => !walked.has(code));
  const tell = (code: FindingCode, message: string): void => {
    findings.push(finding(code, bytes.name, message));
  };
  if (signed >= frames * signedShare) {
    if (signed < frames) tell('F134', agree`${frames - signed} of ${frames} frame[s] [lacks|lack] the signature 0xD`);
    const before = spans[0]?.[0] ?? 0;
    const places = spans.length - 1 + (before > 0 ? 1 : 0);
    if (strayBytes > 0)
      tell('F252', agree`${strayBytes} byte[s] at ${places} ${places === 1 ? 'place' : 'places'} [fits|fit] no frame of GSM and [is|are] left out`);
    const coded = spans.reduce((sum, [start, end]) => sum + end - start, 0);
    const rest = coded % gsmFrameBytes;
    if (rest !== 0) tell('F132', agree`${coded} byte[s] [is|are] ${rest} more than whole frames of ${gsmFrameBytes}`);
    const isSure = verdict.confidence === 'statistics';
    return {
      ...verdict,
      confidence: 'statistics',
      basis: isSure ? verdict.basis : agree`${signed} of ${frames} frame[s] of 33 bytes [begins|begin] with 0xD`,
      tracks: [{ ...track, codec: 'gsm', codecName: 'GSM 06.10, no header', spans }],
      // The bytes between two spans are examined if the gap's duration is known.
      shortfall: { ...verdict.shortfall, ...(before >= fewestStray && { strayBytes: before }) },
      findings,
      state: strayBytes > 0 ? 'damaged' : 'ok',
    };
  }
  if (frames < unsignedFrames || signed >= frames / 2 || track.codec !== 'unknown') return verdict;
  const unsigned = agree`${frames - signed} of ${frames} frame[s] [lacks|lack] the signature 0xD`;
  if (verdict.findings.some(({ code }) => code === 'F133')) return verdict;
  tell('F255', `the name stands for GSM 06.10; ${unsigned}`);
  return { ...verdict, findings };
}
