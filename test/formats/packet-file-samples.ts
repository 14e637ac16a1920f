import { mcfFile, mcfSide, mcfTurns } from './loggers/mcf-builder.ts';
import { nmfCall, nmfFile } from './loggers/nmf-builder.ts';
import type { Sample } from './make-samples.ts';
import { pack, randomBytes, voice } from './wave/builder.ts';

/** Packet files of recorders. */
export function packetFileSamples(): readonly Sample[] {
  const speech = voice(4000);
  const sample = (name: string, codec: string, bytes: Uint8Array, findings: readonly string[] = [], state: Sample['state'] = 'ok'): Sample => ({
    name,
    bytes,
    format: name.startsWith('oreka') ? 'mcf' : 'nmf',
    codec,
    state,
    findings,
  });
  const [mulaw, alaw] = [pack(speech, 'mulaw'), pack(speech, 'alaw')];
  return [
    sample('nice-mulaw.nmf', 'mulaw', nmfFile(nmfCall([mulaw], 7))),
    sample('nice-two-sides-with-a-gap.nmf', 'alaw', nmfFile(nmfCall([alaw, alaw.subarray(800, 2400)], 3, 0.5).filter((_, at) => at !== 3)), ['F365']),
    sample('nice-unknown-compression.nmf', 'unknown', nmfFile(nmfCall([randomBytes(2000, 4)], 4))),
    sample('oreka-two-directions.mcf', 'mulaw', mcfFile(mcfTurns(mcfSide(mulaw), mcfSide(alaw.subarray(0, 2400), { channel: 2, type: 8 }), 5)), [
      'F370',
    ]),
    sample('oreka-speex.mcf', 'unknown', mcfFile(mcfSide(randomBytes(1140, 6), { channel: 0, type: 66, size: 38 })), ['F278']),
    sample(
      'oreka-lost-and-cut.mcf',
      'mulaw',
      mcfFile(mcfSide(mulaw).filter((_, at) => at !== 7)).subarray(0, 4000),
      ['F371', 'F277', 'F263'],
      'truncated',
    ),
    sample('nice-cut.nmf', 'mulaw', nmfFile(nmfCall([mulaw], 7)).subarray(0, 3000), ['F363', 'F364'], 'truncated'),
  ];
}
